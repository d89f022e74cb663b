/** One clock for the whole page: the bridge's time, told each second while somebody looks at it. */

import { signal } from "@preact/signals";
import { bridgeNow } from "../state/store.ts";

let timer: ReturnType<typeof setInterval> | undefined;

/** The bridge's time in Unix seconds; read in a component it is told anew each second. */
export const now = signal(bridgeNow(), {
  watched() {
    now.value = bridgeNow();
    timer = setInterval(() => {
      now.value = bridgeNow();
    }, 1000);
  },
  unwatched() {
    clearInterval(timer);
  },
});
