/** A severity as a word and a shape: colour alone says nothing. */

import { SEVERITIES } from "../state/severity.ts";
import { shown } from "../state/text.ts";

const SHAPES = {
  critical: "M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z",
  warning: "M8 1.2 15.4 14.6H.6z",
  info: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z",
  other: "M2 2h12v12H2z",
  ok: "M6.2 14 .9 8.6l2.2-2.2 3.1 3.2L13 2.6l2.2 2.2z",
} as const;

export type Grave = keyof typeof SHAPES;

/** The kind of a severity, however it is spelled; "ok" for what is well. */
export function gravity(severity: string): Grave {
  const spelled = severity.toLowerCase();
  return spelled === "ok" ? "ok" : (SEVERITIES.find((known) => known === spelled) ?? "other");
}

/** The shape alone; what it means is to be said beside it. */
export function Shape({ severity }: { readonly severity: string }) {
  const kind = gravity(severity);
  return (
    <svg class={`shape ${kind}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={SHAPES[kind]} />
    </svg>
  );
}

/** Shape and word. `word` takes the place of the severity's own. */
export function Severity({ severity, word }: { readonly severity: string; readonly word?: string }) {
  const kind = gravity(severity);
  return (
    <span class={`severity ${kind}`}>
      <Shape severity={severity} />
      <span>{word ?? (kind === "other" ? shown(severity) || "no severity" : kind)}</span>
    </span>
  );
}
