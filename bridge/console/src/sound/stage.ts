/** The stage as the bridge sets it (sinks/scsynth.py), for what a tab plays of its own accord. */

import { bundle, float, message } from "./osc.ts";

/** Groups and buses of the classes, in their order. */
const CLASSES = ["critical", "speech", "warning", "info", "ambience"] as const;
const FIRST_GROUP = 900;
const FIRST_BUS = 16;
const TO_TAIL = 1;
const ANY = -1;

const rank = (priority: string) => Math.max(0, (CLASSES as readonly string[]).indexOf(priority));

/** Starts an instrument in the place of its class; `node` is left to scsynth where it is not given. */
export function struck(
  instrument: string,
  priority: string,
  params: Readonly<Record<string, number>> = {},
  node = ANY,
): Uint8Array<ArrayBuffer> {
  const place = rank(priority);
  const controls = Object.entries(params).flatMap(([name, value]) => [name, float(value)]);
  const out = ["out", FIRST_BUS + 2 * place] as const;
  return message("/s_new", instrument, node, TO_TAIL, FIRST_GROUP + place, ...out, ...controls);
}

/** Lets every voice that is held fade away. */
export function released(): Uint8Array<ArrayBuffer> {
  const groups = CLASSES.map((_, place) => message("/n_set", FIRST_GROUP + place, "gate", float(0)));
  return bundle(...groups);
}

/** Lets one voice fade away. */
export function ended(node: number): Uint8Array<ArrayBuffer> {
  return bundle(message("/n_set", node, "gate", float(0)));
}
