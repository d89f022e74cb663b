/** Levels of samples in dBFS: a sample of full scale is 0; so is the RMS of a square wave of full scale. */

/** Below this nothing is told but silence. */
export const FLOOR = -90;
/** The quietest that the meter's scale shows. */
export const BOTTOM = -80;
/** Peaks above this are more than the mix lets through. */
export const CEILING = -1;

const HOLD = 1.5;
const FALL = 20;

export interface Level {
  readonly rms: number;
  readonly peak: number;
}

export const SILENCE: Level = { rms: -Infinity, peak: -Infinity };

/** A peak that stays for a moment before it falls. */
export interface Held {
  readonly peak: number;
  /** When it was reached, in seconds. */
  readonly at: number;
}

/** RMS and peak of samples, in dBFS. */
export function measured(samples: Float32Array): Level {
  let peak = 0;
  let sum = 0;
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample));
    sum += sample * sample;
  }
  return { rms: decibels(Math.sqrt(sum / Math.max(1, samples.length))), peak: decibels(peak) };
}

/** The louder of each figure. */
export function louder(one: Level, other: Level): Level {
  return { rms: Math.max(one.rms, other.rms), peak: Math.max(one.peak, other.peak) };
}

/** What the peak hold shows now: a new peak at once, an old one for 1.5 s, then it falls by 20 dB a second. */
export function hold(held: Held, peak: number, now: number): Held {
  const shown = shownOf(held, now);
  return peak >= shown ? { peak, at: now } : held;
}

export function shownOf(held: Held, now: number): number {
  return held.peak - FALL * Math.max(0, now - held.at - HOLD);
}

/** How far along the meter's scale a level lies, 0 to 1. */
export function along(level: number): number {
  return Math.min(1, Math.max(0, 1 - level / BOTTOM));
}

/** A level in words: `−23 dBFS`, or `silent`. */
export function spoken(level: number): string {
  if (level < FLOOR || Number.isNaN(level)) return "silent";
  const rounded = Math.round(level);
  return `${rounded < 0 ? "−" : ""}${Math.abs(rounded)} dBFS`;
}

function decibels(ratio: number): number {
  return 20 * Math.log10(ratio);
}
