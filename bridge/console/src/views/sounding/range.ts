/** Where a value stands in its range. */

import type { Voice, VoiceMapping } from "../../state/frames.ts";

/** 0 at one end of the range, 1 at the other, by the warp of the mapping; null where there is no range. */
export function position(value: number, { range, warp }: Pick<VoiceMapping, "range" | "warp">): number | null {
  const [first, last] = range;
  if (first === undefined || last === undefined || first === last) return null;
  const even = warp === "exp" && first * last > 0 && value / first > 0;
  const along = even ? Math.log(value / first) / Math.log(last / first) : (value - first) / (last - first);
  return Number.isFinite(along) ? Math.min(1, Math.max(0, along)) : null;
}

/** A number as people read it, three digits of it. */
export function plain(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(2);
  return String(Number(value.toPrecision(size >= 100 ? 4 : 3)));
}

/** What moves a parameter: "0 to 1 → 200 to 800 Hz, in equal ratios, tuned to minor". */
export function mapped(mapping: VoiceMapping): string {
  const ends = (pair: readonly number[]) => pair.map(plain).join(" to ");
  const units = mapping.units ? ` ${mapping.units}` : "";
  const warp = mapping.warp === "exp" ? ", in equal ratios" : "";
  const scale = mapping.scale ? `, tuned to ${mapping.scale}` : "";
  return `${ends(mapping.from)} → ${ends(mapping.range)}${units}${warp}${scale}`;
}

/** The mapping that moves a parameter of a voice, if one does. */
export function mappingOf(voice: Voice, parameter: string): VoiceMapping | undefined {
  return voice.mappings.find((mapping) => mapping.parameter === parameter);
}
