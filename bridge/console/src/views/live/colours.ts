/** Colours of a spectrogram: one ramp of lightness, blue to yellow after cividis, so that every kind of colour vision sees its order. */

type Rgb = readonly [number, number, number];

const NIGHT: readonly Rgb[] = [
  [10, 16, 28],
  [0, 38, 92],
  [59, 75, 108],
  [106, 110, 115],
  [152, 146, 119],
  [204, 187, 105],
  [255, 234, 70],
];

const DAY: readonly Rgb[] = [
  [255, 255, 255],
  [246, 236, 184],
  [219, 202, 120],
  [166, 158, 117],
  [113, 116, 116],
  [59, 75, 108],
  [0, 28, 72],
];

/** Red, green, blue, alpha of each brightness from 0 to 255, one after the other. */
export function ramp(dark: boolean): Uint8ClampedArray {
  const stops = dark ? NIGHT : DAY;
  const colours = new Uint8ClampedArray(256 * 4);
  for (let index = 0; index < 256; index++) {
    const place = (index / 255) * (stops.length - 1);
    const at = Math.min(stops.length - 2, Math.floor(place));
    const [below, above] = [stops[at] as Rgb, stops[at + 1] as Rgb];
    for (const part of [0, 1, 2] as const)
      colours[4 * index + part] = below[part] + (place - at) * (above[part] - below[part]);
    colours[4 * index + 3] = 255;
  }
  return colours;
}
