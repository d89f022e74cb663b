/** Minutes gathered into steps that are wide enough to be seen. */

export type Minutes = ReadonlyMap<number, number>;

export interface Steps {
  /** Unix time at which each step begins. */
  readonly at: readonly number[];
  readonly alarms: readonly number[];
  /** Null: there was none. */
  readonly anomaly: readonly (number | null)[];
}

export const MINUTE = 60;

/** Seconds of a step when so many hours are shown: about 60 to 100 of them, whole steps of the bridge's. */
export function width(hours: number): number {
  if (hours <= 1) return MINUTE;
  return hours <= 6 ? 5 * MINUTE : 16 * MINUTE;
}

/** Alarms are added up, of anomalies the greatest is taken.
 *
 * @param alarms By Unix time; likewise anomaly.
 */
export function steps(alarms: Minutes, anomaly: Minutes, from: number, to: number, wide: number): Steps {
  const first = Math.floor(from / wide);
  const count = Math.max(1, Math.floor(to / wide) - first + 1);
  const sums = new Array<number>(count).fill(0);
  const most = new Array<number | null>(count).fill(null);
  for (const [at, value] of alarms) {
    const step = Math.floor(at / wide) - first;
    if (step >= 0 && step < count) sums[step] = (sums[step] ?? 0) + value;
  }
  for (const [at, value] of anomaly) {
    const step = Math.floor(at / wide) - first;
    if (step >= 0 && step < count) most[step] = Math.max(value, most[step] ?? value);
  }
  return { at: sums.map((_, step) => (first + step) * wide), alarms: sums, anomaly: most };
}
