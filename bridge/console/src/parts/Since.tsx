/** Times that go on by themselves. */

import { useComputed } from "@preact/signals";
import { now } from "./clock.ts";
import { full, left, seconds, span } from "./times.ts";

interface When {
  /** Unix seconds, or RFC 3339. */
  readonly at: number | string;
}

/** "3 min ago", with the whole date behind it; nothing for what is no time. `bare` leaves "ago" out. */
export function Since({ at, bare = false }: When & { readonly bare?: boolean }) {
  const begun = seconds(at);
  const words = useComputed(() => `${span(now.value - seconds(at))}${bare ? "" : " ago"}`);
  if (Number.isNaN(begun)) return null;
  return (
    <time dateTime={new Date(begun * 1000).toISOString()} title={full(begun)}>
      {words}
    </time>
  );
}

/** What is left until then, "14:59"; changes are not read out. */
export function Until({ at }: When) {
  const end = seconds(at);
  const words = useComputed(() => left(seconds(at) - now.value));
  if (Number.isNaN(end)) return null;
  return (
    <time dateTime={new Date(end * 1000).toISOString()} title={full(end)} aria-live="off" role="timer">
      {words}
    </time>
  );
}
