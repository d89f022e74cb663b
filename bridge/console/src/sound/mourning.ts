/** What a tab does that has lost its pager: ambience must not go on saying that all is well. */

/** Seconds after which the voices fade. */
const FADES = 3;
/** Seconds after which it says so, once. */
const MOURNS = 10;

export type Deed = "release" | "lost" | null;

export class Mourning {
  #brokenAt: number | null = null;
  #released = false;
  #mourned = false;

  /** What is to be done now: `open` is whether there is a line, `silent` the seconds since its last sign of life. */
  look(now: number, open: boolean, silent: number): Deed {
    if (open && silent < MOURNS) {
      this.#brokenAt = null;
      this.#released = this.#mourned = false;
      return null;
    }
    this.#brokenAt ??= now;
    if (!this.#released && (now - this.#brokenAt >= FADES || silent >= MOURNS)) {
      this.#released = true;
      return "release";
    }
    if (this.#released && !this.#mourned && silent >= MOURNS) {
      this.#mourned = true;
      return "lost";
    }
    return null;
  }
}
