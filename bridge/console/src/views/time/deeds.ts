/** Deeds of the journal in words. */

import type { Entry } from "../../state/frames.ts";
import { shown } from "../../state/text.ts";

const WORDS: Readonly<Record<string, string>> = {
  fired: "fired",
  refreshed: "still fires",
  resolved: "resolved",
  expired: "timed out",
  sounded: "sounded",
  acknowledged: "acknowledged",
  unacknowledged: "given back",
  snoozed: "snoozed",
  woke: "woke",
  suppressed: "silenced by Alertmanager",
  unsuppressed: "no longer silenced",
  flapping: "flaps",
  steady: "flaps no more",
  linked: "silenced in Alertmanager too",
  flood: "flood begins",
  flood_over: "flood is over",
  summary: "summary at the start",
  muted: "muted",
  unmuted: "unmuted",
  volume: "volume set",
  meeting: "meeting begins",
  meeting_over: "meeting is over",
  tested: "tested",
  score: "another score",
  link_down: "link is down",
  link_up: "link stands again",
};

/** What of the journal stands on the time line, as the bridge's own memory of the day has it. */
export const SHOWN: readonly string[] = [
  ...["sounded", "flood", "flood_over", "summary", "flapping"],
  ...["acknowledged", "snoozed", "resolved"],
  ...["muted", "unmuted", "meeting", "meeting_over"],
  ...["link_down", "link_up"],
];

export function worded(deed: string): string {
  return WORDS[deed] ?? deed.replaceAll("_", " ");
}

/** What it happened to. */
export function subject(entry: Entry): string {
  if (entry.name || entry.subject) return shown(entry.name || entry.subject);
  return entry.count > 1 ? `${entry.count} alerts` : "";
}

/** By whom and why, as far as that is known. */
export function cause(entry: Entry): string {
  return shown([entry.by && `by ${entry.by}`, entry.reason].filter(Boolean).join(": "));
}

/** Entries of both, each once, oldest first; those within the same instant stay as they came. */
export function merged(past: readonly Entry[], live: readonly Entry[]): readonly Entry[] {
  const known = new Set(past.map(key));
  const fresh = live.filter((entry) => SHOWN.includes(entry.deed) && !known.has(key(entry)));
  return [...past, ...fresh].sort((one, other) => one.at - other.at);
}

export function key(entry: Entry): string {
  return JSON.stringify([entry.at, entry.deed, entry.fingerprint, entry.subject]);
}
