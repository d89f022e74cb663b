/** Says news as they come: the first at once, what follows within a second together. */

import type { Said } from "./announce.ts";
import { sentences } from "./announce.ts";
import type { News } from "./news.ts";

export const PAUSE_MS = 1000;

export interface Voice {
  readonly say: (said: readonly Said[]) => void;
  readonly hour: (at: number) => string;
  /** `setTimeout`, or what stands in for it. */
  readonly later: (run: () => void, milliseconds: number) => unknown;
}

export class Herald {
  readonly #voice: Voice;
  #waiting: News[] = [];
  #pausing = false;

  constructor(voice: Voice) {
    this.#voice = voice;
  }

  tell(news: readonly News[]): void {
    if (!news.length) return;
    this.#waiting.push(...news);
    if (!this.#pausing) this.#speak();
  }

  #speak(): void {
    const said = sentences(this.#waiting, this.#voice.hour);
    this.#waiting = [];
    this.#pausing = said.length > 0;
    if (!this.#pausing) return;
    this.#voice.say(said);
    this.#voice.later(() => this.#speak(), PAUSE_MS);
  }
}
