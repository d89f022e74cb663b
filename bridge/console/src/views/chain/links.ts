/** Links of the chain in words. */

import type { Link } from "../../state/frames.ts";
import type { Connection, Sound } from "../../state/store.ts";

/** A link as the view shows it, whoever told of it. */
export interface Shown {
  readonly name: string;
  readonly what: string;
  /** `rest` is no fault: nobody asked for it yet. */
  readonly state: "up" | "down" | "rest";
  readonly word: string;
  /** Unix seconds or RFC 3339; null: not known. */
  readonly since: number | string | null;
  readonly detail: string;
}

const NAMED: Readonly<Record<string, readonly [name: string, what: string]>> = {
  alertmanager: ["Alertmanager", "where alerts and their silences are looked up"],
  broker: ["Broker", "where MQTT messages come in"],
  engine: ["Sound engine", "SuperCollider, asked whether it lives"],
  journal: ["Journal", "where all that happens is kept on disk"],
  osc: ["Way to the sound engine", "whether packets leave for it"],
  watchdog: ["Prometheus", "its Watchdog alert, which always fires, comes by way of Alertmanager"],
};

/** What the bridge told of a link. */
export function told(link: Link): Shown {
  const [name, what] = NAMED[link.name] ?? [titled(link.name), ""];
  return {
    name,
    what,
    state: link.up ? "up" : "down",
    word: link.up ? "stands" : "is down",
    since: link.since,
    detail: link.detail,
  };
}

/** This page's own line to the pager. */
export function line({ state, since, why }: Connection): Shown {
  const word = { open: "stands", connecting: "is being opened", lost: "is lost", refused: "is refused" }[state];
  const name = "This page's line to the pager";
  return {
    name,
    what: "news of the desk, and the sound",
    state: state === "open" ? "up" : "down",
    word,
    since,
    detail: why,
  };
}

/** This tab as an engine. */
export function own({ state, why }: Sound): Shown {
  const word = {
    off: "is off",
    starting: "is starting",
    on: "sounds",
    suspended: "is suspended",
    failed: "has failed",
  }[state];
  const kind = { off: "rest", starting: "rest", on: "up", suspended: "down", failed: "down" } as const;
  return {
    name: "This tab's engine",
    what: "scsynth in this page",
    state: kind[state],
    word,
    since: null,
    detail: why,
  };
}

function titled(name: string): string {
  return name.startsWith("mqtt") ? `MQTT${name.slice(4)}` : name.charAt(0).toUpperCase() + name.slice(1);
}
