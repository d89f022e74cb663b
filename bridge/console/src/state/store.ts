/** The one place where the page's state lives: signals that views read and few write. */

import { computed, signal } from "@preact/signals";
import type { Alert, Frame } from "./frames.ts";
import { type Known, NOTHING, reduce } from "./reduce.ts";
import { SEVERITIES, severityOf } from "./severity.ts";

/** How the line to the bridge is; `since` is a Unix time of this machine. */
export interface Connection {
  readonly state: "connecting" | "open" | "lost" | "refused";
  readonly since: number;
  /** Why, for people. */
  readonly why: string;
}

/** How this tab's engine is. */
export interface Sound {
  readonly state: "off" | "starting" | "on" | "suspended" | "failed";
  /** Why, for people. */
  readonly why: string;
}

export const known = signal<Known>(NOTHING);
export const connection = signal<Connection>({ state: "connecting", since: Date.now() / 1000, why: "" });
export const sound = signal<Sound>({ state: "off", why: "" });
/** Seconds that the bridge's clock is ahead of this machine's. */
export const ahead = signal(0);

export function take(frame: Frame): void {
  known.value = reduce(known.value, frame);
}

/** The bridge's time now, in Unix seconds. */
export function bridgeNow(): number {
  return (performance.timeOrigin + performance.now()) / 1000 + ahead.value;
}

/** Since when the line is as it is, by the bridge's clock: what is told of times is told by that. */
export const lineSince = computed(() => connection.value.since + ahead.value);

// most frames change no alert: what is made of the alerts stands then
const alerts = computed(() => known.value.alerts);

/** Alerts as the desk lists them: those that nobody has first, then the most severe, then the newest. */
export const desk = computed<readonly Alert[]>(() =>
  [...alerts.value.values()].sort(
    (one, other) =>
      Number(one.state !== "firing") - Number(other.state !== "firing") ||
      SEVERITIES.indexOf(severityOf(one)) - SEVERITIES.indexOf(severityOf(other)) ||
      other.since.localeCompare(one.since),
  ),
);

/** Links by which the pager is heard: without them it hears all the same. */
const OUTWARD = ["osc", "engine"];

/** What the pager does not hear by now: where there is any, an empty desk means little. */
export const unheard = computed(() => known.value.links.filter(({ name, up }) => !up && !OUTWARD.includes(name)));

export interface Silence {
  /** `deaf`: this page knows nothing and hears nothing; `silent`: it knows, and makes no sound. */
  readonly kind: "deaf" | "silent";
  readonly why: string;
}

/** Why nothing is heard here, the gravest reason; null: it sounds. Silence is never to pass for health. */
export const silence = computed<Silence | null>(() => {
  const { controls } = known.value;
  if (connection.value.state !== "open" || !known.value.told) {
    return { kind: "deaf", why: connection.value.why || "This page is not connected to the pager." };
  }
  if (sound.value.state !== "on")
    return { kind: "silent", why: sound.value.why || "Sound is not started in this tab." };
  if (controls.muted) {
    const by = controls.muted_by ? ` by ${controls.muted_by}` : "";
    return { kind: "silent", why: `The pager is muted${by}.` };
  }
  if (controls.levels.master === 0) return { kind: "silent", why: "The master volume is at zero." };
  return null;
});
