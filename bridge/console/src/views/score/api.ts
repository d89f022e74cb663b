/** The score over HTTP: read, checked, tried out before it is saved, saved. docs/api.md. */

import { ask, me } from "../../state/api.ts";

export interface Fault {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number | null;
  /** The path of the key, as one writes it; empty: not known. */
  readonly key: string;
  readonly message: string;
}

export interface Mapping {
  readonly parameter: string;
  readonly path: string;
  readonly from: readonly [number, number];
  readonly range: readonly [number, number];
  readonly units: string;
}

type Quantities = Readonly<Record<string, { readonly value: number; readonly units: string }>>;

/** A rule as it may be tried out. */
export interface Rule {
  /** Its place in the score, such as `metrics[0]`. */
  readonly key: string;
  readonly name: string;
  readonly kind: "alert" | "metric" | "sound";
  readonly instrument: string;
  readonly match: readonly string[];
  readonly stream: string;
  readonly mappings: readonly Mapping[];
}

export interface Checked {
  readonly valid: boolean;
  /** Of the text: its SHA-256. */
  readonly version: string;
  readonly errors: readonly Fault[];
  /** None where the text is not valid. */
  readonly rules: readonly Rule[];
}

/** The score as it is kept. */
export interface Kept extends Checked {
  readonly text: string;
  /** Empty: it came with the pager. */
  readonly path: string;
  readonly writable: boolean;
}

export interface Heard {
  readonly instrument: string;
  readonly params: Quantities;
}

/** A number, or a payload with several. */
export type Value = number | Readonly<Record<string, unknown>>;

/** Seconds that a held sound is heard for after it was last moved. */
const SECONDS = 5;

const by = () => (me() ? { by: me() } : {});

export const read = () => ask<Kept>("GET", "/api/score");
export const check = (text: string) => ask<Checked>("POST", "/api/score/check", { text });
export const write = (text: string, version: string) =>
  ask<{ version: string; path: string }>("PUT", "/api/score", { ...by(), text, version });
export const audition = (text: string, rule: string, value: Value | null) =>
  ask<Heard>("POST", "/api/score/audition", { ...by(), text, rule, value, seconds: SECONDS });
