/** From the bins of a spectrum, which lie evenly, to rows that lie as ears hear: evenly in log frequency. */

export const LOWEST = 50;
export const HIGHEST = 12_000;

/** What is the darkest and the brightest of a picture, in dB of the analyser: an ambience is seen, an alarm is not one blot. */
export const FAINTEST = -100;
export const STRONGEST = -35;

/** Weaker than this is silence, in dB of the analyser. */
const SILENT = -95;

/** The bins that a row takes in: the strongest from `first` to `last`, or a place between two where a row is narrower. */
export interface Row {
  readonly first: number;
  readonly last: number;
  /** Where the row's middle lies, in bins. */
  readonly middle: number;
}

/** How far up a frequency lies: 0 is LOWEST, 1 is HIGHEST. */
export function height(hertz: number): number {
  return Math.log(hertz / LOWEST) / Math.log(HIGHEST / LOWEST);
}

/** Frequency at a height. */
export function hertzAt(up: number): number {
  return LOWEST * (HIGHEST / LOWEST) ** up;
}

/** The rows of a picture, the lowest first.
 *
 * @param count Rows.
 * @param rate Sample rate in Hz.
 * @param size Samples of a transform.
 */
export function rows(count: number, rate: number, size: number): readonly Row[] {
  const bin = rate / size;
  const most = size / 2 - 1;
  return Array.from({ length: count }, (_, row) => ({
    first: Math.min(most, Math.ceil(hertzAt(row / count) / bin)),
    last: Math.min(most, Math.ceil(hertzAt((row + 1) / count) / bin) - 1),
    middle: Math.min(most, hertzAt((row + 0.5) / count) / bin),
  }));
}

/** Brightness of each row, 0 to 255. */
export function brightness(spectrum: Float32Array, plan: readonly Row[], into: Uint8Array): void {
  for (const [index, row] of plan.entries()) {
    into[index] = Math.round(255 * share(row.first > row.last ? between(spectrum, row.middle) : most(spectrum, row)));
  }
}

/** The strongest frequency in Hz; null: silent. */
export function strongest(spectrum: Float32Array, rate: number): number | null {
  const bin = rate / 2 / spectrum.length;
  const first = Math.max(1, Math.ceil(LOWEST / bin));
  const last = Math.min(spectrum.length - 2, Math.floor(HIGHEST / bin));
  let best = first;
  for (let at = first; at <= last; at++) if (level(spectrum, at) > level(spectrum, best)) best = at;
  if (level(spectrum, best) < SILENT) return null;
  // the peak of the parabola through the three bins around it
  const [left, middle, right] = [level(spectrum, best - 1), level(spectrum, best), level(spectrum, best + 1)];
  const bend = left - 2 * middle + right;
  return bin * (best + (bend < 0 ? (0.5 * (left - right)) / bend : 0));
}

function share(decibels: number): number {
  return Math.min(1, Math.max(0, (decibels - FAINTEST) / (STRONGEST - FAINTEST)));
}

function level(spectrum: Float32Array, bin: number): number {
  const found = spectrum[bin] ?? -Infinity;
  return Number.isFinite(found) ? found : -1000;
}

function most(spectrum: Float32Array, row: Row): number {
  let best = -1000;
  for (let bin = row.first; bin <= row.last; bin++) best = Math.max(best, level(spectrum, bin));
  return best;
}

function between(spectrum: Float32Array, place: number): number {
  const below = Math.floor(place);
  const part = place - below;
  return level(spectrum, below) * (1 - part) + level(spectrum, below + 1) * part;
}
