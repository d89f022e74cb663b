/** What this page knows and puts out, for whoever looks from outside: tests, and people at the browser's own console. */

import { ahead, connection, known, sound } from "../state/store.ts";

export interface Tap {
  /** The page's own sound, as it goes to the loudspeaker; null while the engine is off. */
  audio: { readonly context: AudioContext; readonly output: AudioNode } | null;
  /** Where an AudioWorklet is that can record it (`recorder.js`). */
  readonly recorder: string;
  readonly known: () => unknown;
  readonly connection: () => unknown;
  readonly sound: () => unknown;
  readonly ahead: () => number;
}

export const tap: Tap = {
  audio: null,
  recorder: new URL("./recorder.js", import.meta.url).href,
  known: () => ({ ...known.value, alerts: [...known.value.alerts.values()] }),
  connection: () => connection.value,
  sound: () => sound.value,
  ahead: () => ahead.value,
};

Object.assign(globalThis, { singingPager: tap });
