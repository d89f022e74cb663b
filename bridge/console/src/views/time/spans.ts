/** What lasts: floods, mutes and meetings, from the entries that begin and end them. */

import type { Entry } from "../../state/frames.ts";

export type Lasting = "flood" | "mute" | "meeting";

export interface Span {
  readonly kind: Lasting;
  readonly from: number;
  readonly to: number;
}

const BEGINS: Readonly<Record<string, Lasting>> = { flood: "flood", muted: "mute", meeting: "meeting" };
const ENDS: Readonly<Record<string, Lasting>> = { flood_over: "flood", unmuted: "mute", meeting_over: "meeting" };

/** Spans within a window, by their beginning. What has no end goes on, what has no beginning began before.
 *
 * @param entries Oldest first.
 * @param going What holds now: where no entry says so, it has held all the while.
 */
export function spans(
  entries: readonly Entry[],
  from: number,
  to: number,
  going: readonly Lasting[] = [],
): readonly Span[] {
  const open = new Map<Lasting, number>();
  const seen = new Set<Lasting>();
  const found: Span[] = [];
  for (const { at, deed } of entries) {
    const begun = BEGINS[deed];
    const ended = ENDS[deed];
    // a mute that is prolonged is one mute
    if (begun && !open.has(begun)) open.set(begun, at);
    if (ended && (open.has(ended) || !seen.has(ended))) {
      found.push({ kind: ended, from: open.get(ended) ?? from, to: at });
      open.delete(ended);
    }
    const kind = begun ?? ended;
    if (kind) seen.add(kind);
  }
  for (const kind of going) if (!seen.has(kind)) open.set(kind, from);
  for (const [kind, at] of open) found.push({ kind, from: at, to });
  return found
    .map((span) => ({ ...span, from: Math.max(from, span.from), to: Math.min(to, span.to) }))
    .filter((span) => span.to > span.from)
    .sort((one, other) => one.from - other.from);
}
