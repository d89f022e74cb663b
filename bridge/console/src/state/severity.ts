/** Severities, the gravest first. */

import type { Alert, Severity } from "./frames.ts";

export const SEVERITIES: readonly Severity[] = ["critical", "warning", "info", "other"];

/** The severity of an alert, however its sender spells it. */
export function severityOf(alert: Pick<Alert, "severity">): Severity {
  const spelled = alert.severity.toLowerCase();
  return SEVERITIES.find((severity) => severity === spelled) ?? "other";
}
