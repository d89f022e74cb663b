/** The alerts that a page has not been told of: of a great storm it gets the gravest first, and the rest as it asks. */

import { ask } from "./api.ts";
import type { Alert } from "./frames.ts";
import { known, take } from "./store.ts";

/** Alerts that are asked for at a time. */
export const SOME = 500;
const TRIES = 3;

let asking = false;

/** Asks for the next ones after those that are here; throws RefusedError. Nothing is done while it is asking already. */
export async function more(): Promise<void> {
  if (asking) return;
  asking = true;
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = known.value.alerts;
      const told = await ask<{ readonly alerts: readonly Alert[]; readonly total: number }>(
        "GET",
        `/api/alerts?limit=${SOME}&offset=${before.size}`,
      );
      // what has changed meanwhile was told by the other way, and may be newer than this answer
      if (known.value.alerts !== before) continue;
      take({ kind: "alerts", alerts: told.alerts, total: told.total });
      return;
    }
  } finally {
    asking = false;
  }
}
