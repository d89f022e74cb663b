/** What the time line is drawn from: the bridge's memory of the day, and what has come by the line since. */

import { ask } from "../../state/api.ts";
import type { Entry } from "../../state/frames.ts";
import type { Known } from "../../state/reduce.ts";
import { merged } from "./deeds.ts";
import { MINUTE, type Minutes } from "./steps.ts";

/** GET /api/timeline: what is counted stands step by step from `since` on. */
interface Told {
  readonly since: number;
  readonly until: number;
  readonly step: number;
  /** Whether the journal could be read; else it is what this process remembers. */
  readonly kept: boolean;
  readonly anomaly: readonly (number | null)[];
  readonly alarms: readonly number[];
  /** Oldest first. */
  readonly entries: readonly Entry[];
}

export interface Past {
  readonly hours: number;
  /** Bridge time at which it was told. */
  readonly at: number;
  /** Whether it comes from the journal; else from the memory of this run of the bridge. */
  readonly kept: boolean;
  /** Oldest first. */
  readonly entries: readonly Entry[];
  readonly alarms: Minutes;
  readonly anomaly: Minutes;
}

export async function askPast(hours: number): Promise<Past> {
  const { since, until, step, kept, entries, ...told } = await ask<Told>("GET", `/api/timeline?hours=${hours}`);
  const timed = (values: readonly (number | null)[]) =>
    new Map(values.flatMap((value, place) => (value === null ? [] : [[since + place * step, value] as const])));
  return { hours, at: until, kept, entries, alarms: timed(told.alarms), anomaly: timed(told.anomaly) };
}

/** The past with what the page has come to know since. */
export function continued(past: Past, known: Pick<Known, "entries" | "anomaly">): Past {
  const alarms = new Map(past.alarms);
  for (const { at, deed, fingerprint } of known.entries) {
    if (at > past.at && deed === "sounded" && fingerprint) alarms.set(minute(at), (alarms.get(minute(at)) ?? 0) + 1);
  }
  const anomaly = new Map(past.anomaly);
  for (const { at, value } of known.anomaly) {
    if (at > past.at) anomaly.set(minute(at), Math.max(value, anomaly.get(minute(at)) ?? value));
  }
  return { ...past, entries: merged(past.entries, known.entries), alarms, anomaly };
}

function minute(at: number): number {
  return Math.floor(at / MINUTE) * MINUTE;
}
