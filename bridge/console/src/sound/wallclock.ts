/**
 * Which moment of an AudioContext a Unix time of this machine is, from what `getOutputTimestamp` says.
 *
 * What it says is late now and then and never early; and each time the sound breaks off, all that follows is later.
 * So the least of the last few readings is believed, and of a long break only what came after it: a context that stood
 * still for a minute would else play what comes next a minute late.
 */

const KEPT = 4;
/** Seconds within which readings count as one: a burst of packets must not push the others out. */
const APART = 0.1;
/** Seconds by which no reading is late: more, and the sound has broken off. */
const BROKEN = 0.5;

export class WallClock {
  #readings: number[] = [];
  #last = Number.NEGATIVE_INFINITY;

  /** Takes in a reading: what the context has at `context` seconds leaves for the ear at Unix time `unix`. */
  read(context: number, unix: number): void {
    const start = unix - context;
    if (this.#readings.length && start - Math.min(...this.#readings) > BROKEN) this.#readings = [];
    const newest = this.#readings.at(-1);
    if (newest !== undefined && unix - this.#last < APART) {
      this.#readings[this.#readings.length - 1] = Math.min(newest, start);
      return;
    }
    this.#readings = [...this.#readings, start].slice(-KEPT);
    this.#last = unix;
  }

  /** The moment of the context, in its seconds, that leaves for the ear at a Unix time; null: nobody knows yet. */
  moment(unix: number): number | null {
    return this.#readings.length ? unix - Math.min(...this.#readings) : null;
  }
}
