/** Whether an AudioContext moves: some say that they run, and do not. All times in seconds. */

/** Seconds without a step after which it has stopped. */
const STILL = 2;

export class Pulse {
  #moment = 0;
  #moved: number;

  constructor(now: number) {
    this.#moved = now;
  }

  /** It has been set going: it is given time for its first step. */
  begin(now: number): void {
    this.#moved = now;
  }

  /** Whether it moves; `moment` is its own time, `now` the page's. What looks come late, and many at once, do not count. */
  moves(moment: number, now: number): boolean {
    if (moment > this.#moment) {
      this.#moment = moment;
      this.#moved = now;
    }
    return now - this.#moved < STILL;
  }
}
