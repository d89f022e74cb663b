/** What is new between what was known and what is known now: the ground of what is read out. */

import type { Alert, AlertState, Link, Severity } from "./frames.ts";
import type { Known } from "./reduce.ts";
import { severityOf } from "./severity.ts";

/** What happened to an alert, or to the pager. */
export type News =
  | { readonly what: AlertState; readonly alert: Alert; readonly again: boolean }
  | { readonly what: "desk"; readonly firing: number; readonly critical: number; readonly total: number }
  | { readonly what: "flood"; readonly on: boolean; readonly total: number }
  | { readonly what: "mute"; readonly on: boolean; readonly until: number | null; readonly by: string }
  | { readonly what: "meeting"; readonly on: boolean; readonly until: number | null; readonly by: string }
  | { readonly what: "link"; readonly link: Link }
  | { readonly what: "line"; readonly up: boolean }
  | { readonly what: "sound"; readonly on: boolean; readonly why: string };

/** The news of a step; a refresh, a renewed state after a lost line and a change of order are none. */
export function news(before: Known, after: Known): readonly News[] {
  if (!after.told) return [];
  const found = before.told ? ofAlerts(before, after) : first(after);
  if (before.flooding !== after.flooding) found.push({ what: "flood", on: after.flooding, total: after.total });
  const { controls: was } = before;
  const { controls: is } = after;
  if (was.muted !== is.muted) found.push({ what: "mute", on: is.muted, until: is.muted_until, by: is.muted_by });
  if ((was.meeting_until === null) !== (is.meeting_until === null)) {
    found.push({ what: "meeting", on: is.meeting_until !== null, until: is.meeting_until, by: is.meeting_by });
  }
  const up = new Map(before.links.map((link) => [link.name, link.up]));
  for (const link of after.links) {
    // a link that is up the first time it is told is as it should be
    if ((up.get(link.name) ?? true) !== link.up) found.push({ what: "link", link });
  }
  return found;
}

/** What a page that has just been opened says of the desk, in one sentence; what is in the way is told as if it had just begun. */
function first(known: Known): News[] {
  const firing = [...known.alerts.values()].filter((alert) => alert.state === "firing");
  const critical = firing.filter((alert) => severityOf(alert) === "critical").length;
  return [{ what: "desk", firing: firing.length, critical, total: known.total }];
}

function ofAlerts(before: Known, after: Known): News[] {
  const found: News[] = [];
  if (before.alerts === after.alerts) return found;
  // where a page has only a part, one that comes into it may be an old one
  const partial = before.total > before.alerts.size;
  const newest = partial ? latest(before) : "";
  for (const [fingerprint, alert] of after.alerts) {
    const was = before.alerts.get(fingerprint);
    if (was === alert || (was === undefined && partial && alert.since <= newest)) continue;
    const again = was !== undefined;
    if (was === undefined) {
      if (alert.state === "firing") found.push({ what: "firing", alert, again });
    } else if (differs(was, alert)) found.push({ what: alert.state, alert, again });
  }
  // of a desk that is told anew in part, what is not there may be beyond the part
  if (before.wholes === after.wholes || after.total <= after.alerts.size) {
    for (const [fingerprint, alert] of before.alerts) {
      if (!after.alerts.has(fingerprint)) found.push({ what: "resolved", alert, again: false });
    }
  }
  return found;
}

function latest(known: Known): string {
  let newest = "";
  for (const { since } of known.alerts.values()) if (since > newest) newest = since;
  return newest;
}

/** Whether somebody is to know: another state, another person who has it, another occurrence, a graver one. */
function differs(was: Alert, is: Alert): boolean {
  if (was.state !== is.state) return true;
  if (is.state === "firing") return was.starts_at !== is.starts_at || was.since !== is.since || graver(was, is);
  return is.state !== "suppressed" && (was.by !== is.by || was.wake !== is.wake);
}

const ORDER: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2, other: 3 };

function graver(was: Alert, is: Alert): boolean {
  return ORDER[severityOf(is)] < ORDER[severityOf(was)];
}
