/** What the page knows of the bridge, as a value; each frame makes the next one. */

import type { Alert, Caption, Controls, Entry, Frame, Hello, Link, Voice } from "./frames.ts";
import { STRIPS } from "./frames.ts";

export interface Known {
  /** What the bridge said of itself; null: nothing yet. */
  readonly hello: Hello | null;
  /** Whether the desk has been told: before that an empty desk means nothing. */
  readonly told: boolean;
  /** How often the desk has been told as a whole: what is gone from it then need not be over. */
  readonly wholes: number;
  readonly alerts: ReadonlyMap<string, Alert>;
  /** Active alerts, those included that are not shown. */
  readonly total: number;
  readonly controls: Controls;
  readonly links: readonly Link[];
  readonly voices: readonly Voice[];
  readonly flooding: boolean;
  readonly quiet: readonly string[];
  /** Newest last, at most `MOST_ENTRIES`. */
  readonly entries: readonly Entry[];
  /** Newest last, at most `MOST_CAPTIONS`, heartbeats left out. */
  readonly captions: readonly Caption[];
  /** Bridge time of the last heartbeat; null: none yet. */
  readonly heartbeat: number | null;
  readonly anomaly: readonly { readonly at: number; readonly value: number }[];
}

export const MOST_ENTRIES = 500;
export const MOST_CAPTIONS = 50;
const MOST_ANOMALIES = 3600;
/** Alerts that a page holds: what is beyond is in `total` only. */
export const MOST_ALERTS = 5000;

const FULL = Object.fromEntries(STRIPS.map((strip) => [strip, 1])) as Controls["levels"];

export const NOTHING: Known = {
  hello: null,
  told: false,
  wholes: 0,
  alerts: new Map(),
  total: 0,
  controls: {
    levels: FULL,
    muted: false,
    muted_until: null,
    muted_by: "",
    muted_reason: "",
    meeting_until: null,
    meeting_by: "",
  },
  links: [],
  voices: [],
  flooding: false,
  quiet: [],
  entries: [],
  captions: [],
  heartbeat: null,
  anomaly: [],
};

/** Takes in a frame; `pong` and `boot` are not for the desk and change nothing. */
export function reduce(known: Known, frame: Frame): Known {
  switch (frame.kind) {
    case "hello":
      return { ...known, hello: frame };
    case "state":
      return {
        ...known,
        told: true,
        wholes: known.wholes + 1,
        alerts: new Map(frame.alerts.map((alert) => [alert.fingerprint, alert])),
        total: frame.total,
        controls: frame.controls,
        links: frame.links,
        voices: frame.voices,
        flooding: frame.flooding,
        quiet: frame.quiet,
      };
    case "alerts":
      return { ...known, alerts: changed(known.alerts, frame.alerts), total: frame.total };
    case "entries":
      return { ...known, entries: [...known.entries, ...frame.entries].slice(-MOST_ENTRIES) };
    case "controls":
      return { ...known, controls: frame.controls };
    case "links":
      return { ...known, links: frame.links };
    case "flooding":
      return { ...known, flooding: frame.flooding, quiet: frame.quiet };
    case "voices":
      return { ...known, voices: frame.voices };
    case "caption": {
      if (frame.instrument === "heartbeat") return { ...known, heartbeat: frame.at };
      return { ...known, captions: [...known.captions, frame].slice(-MOST_CAPTIONS) };
    }
    case "anomaly":
      return {
        ...known,
        anomaly: [...known.anomaly, { at: frame.at, value: frame.value }].slice(-MOST_ANOMALIES),
      };
    default:
      return known;
  }
}

function changed(alerts: ReadonlyMap<string, Alert>, told: readonly Alert[]): ReadonlyMap<string, Alert> {
  const next = new Map(alerts);
  for (const alert of told) {
    if (alert.state === "resolved") next.delete(alert.fingerprint);
    else if (next.has(alert.fingerprint) || next.size < MOST_ALERTS) next.set(alert.fingerprint, alert);
  }
  return next;
}
