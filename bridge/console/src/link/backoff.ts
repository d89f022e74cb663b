/** When to try again what has failed: never all tabs at once, never at the same pace. */

const BASE = 0.3;
const CAP = 5;

/** Seconds to wait before a further attempt: anything up to a bound that doubles ("full jitter", Brooker, AWS 2015). */
export function fullJitter(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(CAP, BASE * 2 ** Math.min(attempt, 10));
}
