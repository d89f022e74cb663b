/** Whether the other end still lives; a page that was asleep gives it another chance before it judges. */

/** Seconds without a sign of life after which the line is dead. */
export const PATIENCE = 10;
/** Seconds between two looks after which this page must have slept: what came meanwhile is still to be read. */
const ASLEEP = 3;
/** Seconds that are left after a sleep. */
const GRACE = 3;

export type Verdict = "fine" | "ask" | "dead";

export class Vigil {
  #heard: number;
  #looked: number;
  #forgiven = false;

  constructor(now: number) {
    this.#heard = this.#looked = now;
  }

  /** A sign of life. */
  heard(now: number): void {
    this.#heard = now;
    this.#forgiven = false;
  }

  /** Seconds since the last sign of life. */
  silent(now: number): number {
    return now - this.#heard;
  }

  /** Looks, about once a second: `ask` for a sign of life, at once. */
  look(now: number): Verdict {
    const slept = now - this.#looked > ASLEEP;
    this.#looked = now;
    if (slept && !this.#forgiven) {
      this.#forgiven = true;
      this.#heard = Math.max(this.#heard, now - (PATIENCE - GRACE));
      return "ask";
    }
    return this.silent(now) > PATIENCE ? "dead" : "fine";
  }
}
