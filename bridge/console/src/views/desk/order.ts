/** In which order the desk stands: it does not move under a hand. */

import type { Alert } from "../../state/frames.ts";

/**
 * How far the list is held: `free` as the desk sorts it; `order`: what is new goes on top, the rest stays in its order
 * (somebody has the focus in it); `rows`: what is over stays too, as resolved (a pointer is about to press something).
 */
export type Hold = "free" | "order" | "rows";

/** The alerts as they are to stand, from how they stood and how they are. */
export function arranged(stood: readonly Alert[], sorted: readonly Alert[], hold: Hold): readonly Alert[] {
  if (hold === "free") return sorted;
  const is = new Map(sorted.map((alert) => [alert.fingerprint, alert]));
  const was = new Set(stood.map((alert) => alert.fingerprint));
  const fresh = sorted.filter((alert) => !was.has(alert.fingerprint));
  const kept = stood.flatMap((alert) => {
    const now = is.get(alert.fingerprint);
    if (now) return [now];
    return hold === "rows" ? [{ ...alert, state: "resolved" } as const] : [];
  });
  return [...fresh, ...kept];
}

/** What is asked to be shown. */
export interface Wanted {
  readonly state: Alert["state"] | "";
  readonly severity: string;
  readonly text: string;
}

/** Whether an alert is wanted; the text is looked for in its name, labels, annotations, and who has it. */
export function wants(wanted: Wanted, alert: Alert, severity: string): boolean {
  if (wanted.state && alert.state !== wanted.state && alert.state !== "resolved") return false;
  if (wanted.severity && severity !== wanted.severity) return false;
  const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const labels = Object.entries(alert.labels).map(([name, value]) => `${name}=${value}`);
  const text = [alert.name, alert.by, alert.reason, alert.fingerprint, ...labels, ...Object.values(alert.annotations)];
  const whole = text.join("\n").toLowerCase();
  return words.every((word) => whole.includes(word));
}

/** The address in an annotation, where it is one that may be followed; anything else is text. */
export function address(text: string): string | null {
  if (!/^https?:\/\//i.test(text) || text.length > 2000 || /\s/.test(text)) return null;
  try {
    const { protocol, username } = new URL(text);
    // a name before the host makes an address look like another
    return (protocol === "http:" || protocol === "https:") && !username ? text : null;
  } catch {
    return null;
  }
}
