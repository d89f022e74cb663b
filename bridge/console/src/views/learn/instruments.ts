/** What sounds there are, and what each means: GET /api/instruments, the same catalogue as docs/sound.md. */

import { signal } from "@preact/signals";
import { ask } from "../../state/api.ts";

export interface Parameter {
  readonly name: string;
  readonly units: string;
  readonly range: readonly [number, number];
  readonly default: number;
}

export interface Instrument {
  readonly name: string;
  readonly kind: "struck" | "held";
  readonly priority: string;
  readonly severity: string;
  /** What it sounds like, and what to listen for. */
  readonly help: string;
  /** What it says. */
  readonly meaning: string;
  readonly parameters: readonly Parameter[];
}

/** Null: not asked yet; a text: why it is not known. */
export const instruments = signal<readonly Instrument[] | string | null>(null);

/** Asks once in the life of the page, and again after a failure. */
export async function learnInstruments(): Promise<void> {
  if (Array.isArray(instruments.value)) return;
  try {
    instruments.value = (await ask<{ instruments: readonly Instrument[] }>("GET", "/api/instruments")).instruments;
  } catch (error) {
    instruments.value = error instanceof Error ? error.message : String(error);
  }
}
