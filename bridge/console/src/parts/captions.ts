/** Sounds in words. */

import type { Caption } from "../state/frames.ts";
import { shown } from "../state/text.ts";

/** What was heard, and what for: "critical alarm — DiskFull". */
export function heard(caption: Caption): string {
  const kind = caption.severity && caption.status !== "resolved" ? `${caption.severity} alarm` : named(caption);
  return shown(caption.name ? `${kind} — ${caption.name}` : kind);
}

function named({ status, instrument }: Caption): string {
  return status === "resolved" ? status : instrument.replaceAll("_", " ");
}
