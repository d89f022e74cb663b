/** What the list of the desk shows, and holds still while somebody is in it. */

import { batch, computed, effect, signal } from "@preact/signals";
import type { Alert } from "../../state/frames.ts";
import { more } from "../../state/more.ts";
import { severityOf } from "../../state/severity.ts";
import { desk, known } from "../../state/store.ts";
import { arranged, type Hold, type Wanted, wants } from "./order.ts";

/** Rows that are drawn at first, and more at each asking: a storm is not to stop the page. */
export const PAGE = 100;
/** A pointer that has not moved for so long is about to press nothing. */
const RESTS_MS = 4000;

export const EVERYTHING: Wanted = { state: "", severity: "", text: "" };
export const wanted = signal(EVERYTHING);
export const limit = signal(PAGE);
export const focused = signal(false);
export const pointed = signal(false);

const hold = computed<Hold>(() => (pointed.value ? "rows" : focused.value ? "order" : "free"));

/** The alerts as they stand. */
export const standing = signal<readonly Alert[]>([]);
effect(() => {
  standing.value = arranged(standing.peek(), desk.value, hold.value);
});

// of a storm that is over but for its tail, the tail is on the desk too
effect(() => {
  const { told, alerts, total } = known.value;
  if (told && total > alerts.size && alerts.size < PAGE) more().catch(() => undefined);
});

export const chosen = computed(() => standing.value.filter((alert) => wants(wanted.value, alert, severityOf(alert))));

let rest: ReturnType<typeof setTimeout> | undefined;

/** A pointer moves over the list. */
export function point(): void {
  pointed.value = true;
  clearTimeout(rest);
  rest = setTimeout(unpoint, RESTS_MS);
}

export function unpoint(): void {
  clearTimeout(rest);
  pointed.value = false;
}

/** Nobody is in the list. */
export function leave(): void {
  batch(() => {
    unpoint();
    focused.value = false;
  });
}
