/** Which view is shown: the part of the address behind `#/`. */

import { signal } from "@preact/signals";

export const VIEWS = ["desk", "sounding", "time", "mixer", "score", "learn", "chain", "about", "noc"] as const;
export type View = (typeof VIEWS)[number];

function read(): View {
  const name = location.hash.replace(/^#\/?/, "");
  return VIEWS.find((view) => view === name) ?? "desk";
}

export const view = signal<View>(read());

/** Asked before another view is shown, with its address; says whether this one may be left. */
export type Keeper = (address: string) => boolean;

let keeper: Keeper | null = null;

/** Has somebody asked before this view is left, until the function that it gives back is called. */
export function keep(asked: Keeper): () => void {
  keeper = asked;
  return () => {
    if (keeper === asked) keeper = null;
  };
}

addEventListener("hashchange", () => {
  const next = read();
  if (next === view.value || !keeper || keeper(location.hash)) view.value = next;
  // the address tells what is shown
  else history.pushState(null, "", `#/${view.value}`);
});
