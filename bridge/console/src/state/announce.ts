/** What is read out to those who do not see the page: each piece of news once, a heap of it in one sentence. */

import type { Alert } from "./frames.ts";
import type { News } from "./news.ts";
import { severityOf } from "./severity.ts";

export interface Said {
  readonly text: string;
  /** Whether it may cut in on what is being read. */
  readonly loud: boolean;
}

/** News of one kind that are read one by one; more of them are counted. */
export const MOST_SINGLE = 3;
const LONGEST_NAME = 80;

/** Puts news in words. `hour` tells a time of day. */
export function sentences(news: readonly News[], hour: (at: number) => string): readonly Said[] {
  const said: Said[] = [];
  const kinds = new Map<string, News[]>();
  for (const item of latest(news)) {
    const key = `${item.what}${"on" in item ? item.on : ""}${"again" in item ? item.again : ""}`;
    kinds.set(key, [...(kinds.get(key) ?? []), item]);
  }
  for (const items of kinds.values()) {
    const alerts = items.flatMap((item) => ("alert" in item ? [item.alert] : []));
    const [one] = items;
    if (one && "alert" in one && alerts.length > MOST_SINGLE) said.push(heap(one, alerts));
    else said.push(...items.map((item) => single(item, hour)));
  }
  return said;
}

/** Of one alert only its last news counts, told as new where it began within them. */
function latest(news: readonly News[]): readonly News[] {
  const last = new Map<string, News>();
  const began = new Set<string>();
  for (const item of news) {
    const id =
      "alert" in item ? item.alert.fingerprint : item.what === "link" ? `link ${item.link.name}` : `the ${item.what}`;
    if (item.what === "firing" && !item.again) began.add(id);
    last.delete(id);
    last.set(id, item.what === "firing" && began.has(id) ? { ...item, again: false } : item);
  }
  return [...last.values()];
}

function heap(kind: News & { readonly alert: Alert }, alerts: readonly Alert[]): Said {
  const critical = alerts.filter((alert) => severityOf(alert) === "critical").length;
  const graves = critical ? `: ${critical} critical` : "";
  const { by } = kind.alert;
  const same = by && alerts.every((alert) => alert.by === by) ? ` by ${clipped(by)}` : "";
  const count = `${alerts.length} alerts`;
  switch (kind.what) {
    case "firing":
      if (kind.again) return { text: `${count} are firing again${graves}.`, loud: critical > 0 };
      return { text: `${alerts.length} new alerts${graves}.`, loud: critical > 0 };
    case "resolved":
      return { text: `${count} resolved.`, loud: false };
    default:
      return { text: `${count} ${kind.what}${same}.`, loud: false };
  }
}

function single(item: News, hour: (at: number) => string): Said {
  const quietly = (text: string): Said => ({ text, loud: false });
  const end = (until: number | null) => (until === null ? "" : ` until ${hour(until)}`);
  const person = (by: string) => (by ? ` by ${clipped(by)}` : "");
  switch (item.what) {
    case "firing": {
      const severity = severityOf(item.alert);
      const word = severity === "other" ? "Alert" : severity.charAt(0).toUpperCase() + severity.slice(1);
      return { text: `${word}: ${title(item.alert)}${item.again ? " again" : ""}.`, loud: severity === "critical" };
    }
    case "acknowledged":
      return quietly(`${title(item.alert)} acknowledged${person(item.alert.by)}.`);
    case "snoozed": {
      const wake = item.alert.wake ? Date.parse(item.alert.wake) / 1000 : null;
      return quietly(`${title(item.alert)} snoozed${person(item.alert.by)}${end(wake)}.`);
    }
    case "suppressed":
      return quietly(`${title(item.alert)} suppressed${person(item.alert.by)}.`);
    case "resolved":
      return quietly(`${title(item.alert)} resolved.`);
    case "desk":
      return quietly(whole(item.firing, item.critical, item.total));
    case "flood":
      if (!item.on) return quietly("The flood of alarms is over.");
      return { text: `Flood of alarms: ${counted(item.total)} active, sounded together.`, loud: true };
    case "mute":
      return quietly(item.on ? `Muted${person(item.by)}${end(item.until)}.` : "No longer muted.");
    case "meeting":
      return quietly(item.on ? `Meeting mode${person(item.by)}${end(item.until)}.` : "Meeting mode is over.");
    case "link":
      return quietly(`Link ${clipped(item.link.name)} is ${item.link.up ? "up again" : "down"}.`);
    case "line":
      if (item.up) return quietly("Connected to the pager again.");
      return { text: "Connection to the pager lost.", loud: true };
    case "sound":
      return item.on ? quietly("Sound is on.") : { text: `No sound here: ${item.why}`, loud: true };
  }
}

function whole(firing: number, critical: number, total: number): string {
  if (!total) return "Connected. No alerts.";
  const graves = critical ? `, ${critical} of them critical` : "";
  return `Connected. ${counted(total)} active: ${firing} firing${graves}.`;
}

function counted(alerts: number): string {
  return alerts === 1 ? "1 alert" : `${alerts} alerts`;
}

/** What an alert is called by people: its name, and on what. */
export function title(alert: Pick<Alert, "name" | "labels" | "fingerprint">): string {
  const name = clipped(alert.name) || `alert ${alert.fingerprint}`;
  const where = place(alert);
  return where ? `${name} on ${where}` : name;
}

/** What an alert is about; empty where its labels do not say. */
export function place(alert: Pick<Alert, "labels">): string {
  const { labels } = alert;
  return clipped(labels.instance || labels.host || labels.node || labels.pod || labels.service || labels.job || "");
}

// what has no width, or turns the direction of what follows, would make a name look like another
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

function clipped(text: string): string {
  const plain = text.slice(0, 2000).replace(UNSEEN, " ").replace(/\s+/g, " ").trim();
  const signs = [...plain];
  return signs.length > LONGEST_NAME ? `${signs.slice(0, LONGEST_NAME - 1).join("")}…` : plain;
}
