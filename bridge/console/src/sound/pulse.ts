/** Whether an AudioContext moves: some say that they run, and do not. All times in seconds. */

/** Seconds without a step after which it has stopped. */
const STILL = 2;
/** What a look counts for at most: a page that stood still itself does not know what the context did meanwhile. */
const LOOK = 1.5;

export class Pulse {
  #moment = 0;
  #looked: number;
  #still = 0;

  constructor(now: number) {
    this.#looked = now;
  }

  /** It has been set going: it is given time for its first step. */
  begin(now: number): void {
    this.#looked = now;
    this.#still = 0;
  }

  /** Whether it moves; `moment` is its own time, `now` the page's. What looks come late, and many at once, do not count. */
  moves(moment: number, now: number): boolean {
    this.#still = moment > this.#moment ? 0 : this.#still + Math.min(now - this.#looked, LOOK);
    this.#moment = Math.max(moment, this.#moment);
    this.#looked = now;
    return this.#still < STILL;
  }
}
