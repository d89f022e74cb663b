/** How far the bridge's clock is ahead of this machine's, measured as NTP does it. All times in seconds. */

export interface Sample {
  /** Seconds that the other clock is ahead. */
  readonly ahead: number;
  /** Seconds that the question and the answer were under way: `ahead` is wrong by half of it at most. */
  readonly trip: number;
}

/** What one question and its answer show: asked at t0 and heard at t3 here, arrived at t1 and answered at t2 there. */
export function sampled(t0: number, t1: number, t2: number, t3: number): Sample {
  return { ahead: (t1 - t0 + (t2 - t3)) / 2, trip: Math.max(0, t3 - t0 - (t2 - t1)) };
}

const KEPT = 12;
/** What two samples may contradict each other by before a clock must have been set: their own roughness. */
const ROUGH = 0.005;

/** The last samples, of which the one with the shortest trip is believed. */
export class Offset {
  #samples: Sample[] = [];

  /** Takes in a sample, and gives the seconds that are believed now. */
  add(sample: Sample): number {
    // two that exclude each other: a clock has been set in between, and what was measured before is worth nothing
    this.#samples = this.#samples.filter(
      (older) => Math.abs(older.ahead - sample.ahead) <= (older.trip + sample.trip) / 2 + ROUGH,
    );
    this.#samples = [...this.#samples, sample].slice(-KEPT);
    return this.#samples.reduce((best, other) => (other.trip <= best.trip ? other : best)).ahead;
  }

  /** Forgets everything: what is at the other end is perhaps another machine. */
  clear(): void {
    this.#samples = [];
  }
}
