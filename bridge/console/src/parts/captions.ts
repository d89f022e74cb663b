/** Sounds in words. */

import type { Caption } from "../state/frames.ts";
import { shown } from "../state/text.ts";

/** What was heard, and what for: "critical alarm — DiskFull", "stale — metrics/cpu", "lost — broker". */
export function heard(caption: Caption): string {
  const { voice } = caption;
  const kind = caption.severity && caption.status !== "resolved" ? `${caption.severity} alarm` : named(caption);
  // nobody is to take a trial for the real thing
  if (voice === "audition" || voice.startsWith("test:")) return shown(`test: ${kind}`);
  // the voices of streams and links have the name of what they are of: "cpu:metrics/cpu", "link:broker"
  const of = caption.name || (voice.includes(":") ? voice.slice(voice.indexOf(":") + 1) : "");
  return shown(of ? `${kind} — ${of}` : kind);
}

function named({ status, instrument }: Caption): string {
  return status === "resolved" ? status : instrument.replaceAll("_", " ");
}
