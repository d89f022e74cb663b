/** The state of everything in one word. */

import type { Alert, Severity } from "../../state/frames.ts";
import { SEVERITIES, severityOf } from "../../state/severity.ts";

/** How many are firing of each severity. */
export type Counts = Readonly<Record<Severity, number>>;

export function counted(alerts: Iterable<Alert>): Counts {
  const counts = { critical: 0, warning: 0, info: 0, other: 0 };
  for (const alert of alerts) if (alert.state === "firing") counts[severityOf(alert)]++;
  return counts;
}

export interface Headline {
  /** The shape: a severity, or ok. */
  readonly shape: Severity | "ok";
  readonly words: string;
}

/** What the page knows: at all, of every alert that there is, of all that the pager ought to hear. */
export interface Knowing {
  readonly told: boolean;
  readonly whole: boolean;
  readonly hears: boolean;
}

/** The worst that nobody has; what is not known is worse than what is. */
export function headline(counts: Counts, total: number, { told, whole, hears }: Knowing): Headline {
  if (!told) return { shape: "critical", words: "Not connected" };
  const worst = SEVERITIES.find((severity) => counts[severity] > 0);
  if (worst) return { shape: worst, words: worst === "other" ? "Alert" : worst };
  if (!whole) return { shape: "warning", words: "More than is known here" };
  if (!hears) return { shape: "warning", words: "Does not hear everything" };
  return total ? { shape: "ok", words: "All taken" } : { shape: "ok", words: "All well" };
}
