/** The values at which a rule for metrics is heard: one for each place in the payload that it reads. */

import type { Rule, Value } from "./api.ts";

/** A slider. */
export interface Knob {
  /** Where the number is in a payload; empty: it is the payload. */
  readonly path: string;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  /** Parameters that it moves. */
  readonly moves: readonly string[];
}

/** The sliders of a rule: each goes over all that the mappings of its path take in. */
export function knobs({ kind, mappings }: Pick<Rule, "kind" | "mappings">): readonly Knob[] {
  if (kind !== "metric") return [];
  const paths = [...new Set(mappings.map(({ path }) => path))];
  return paths.map((path) => {
    const own = mappings.filter((mapping) => mapping.path === path);
    const ends = own.flatMap(({ from }) => [...from]);
    const [least, most] = [Math.min(...ends), Math.max(...ends)];
    return { path, least, most, step: (most - least) / 100, moves: own.map(({ parameter }) => parameter) };
  });
}

/** What is to be sent for the sliders' values: a number stands at the end of every path, several need a payload.
 *
 * @param values In the order of the knobs.
 */
export function payload(knobs: readonly Knob[], values: readonly number[]): Value | null {
  if (knobs.length === 0) return 0;
  if (knobs.length === 1) return values[0] ?? null;
  const whole: Record<string, unknown> = {};
  for (const [index, { path }] of knobs.entries()) put(whole, path.split("."), values[index] ?? 0);
  return whole;
}

function put(whole: Record<string, unknown>, path: readonly string[], value: number): void {
  let place: Record<string, unknown> | unknown[] = whole;
  for (const [depth, part] of path.entries()) {
    const next = path[depth + 1];
    const inner: unknown = next === undefined ? value : (at(place, part) ?? (/^\d+$/.test(next) ? [] : {}));
    // defined, not assigned: a path may be called __proto__
    Object.defineProperty(place, part, { value: inner, enumerable: true, configurable: true, writable: true });
    place = inner as Record<string, unknown> | unknown[];
  }
}

function at(place: object, part: string): unknown {
  return Object.getOwnPropertyDescriptor(place, part)?.value;
}

/** A number as people read it. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
