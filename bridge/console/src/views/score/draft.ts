/** The score that is being written. It lives as long as the page, so that a look at the desk loses nothing. */

import { computed, signal } from "@preact/signals";
import { RefusedError } from "../../state/api.ts";
import { type Checked, check, type Fault, type Kept, type Rule, read, write } from "./api.ts";

/** Milliseconds without a key after which a text is checked. */
const PAUSE_MS = 350;
const AGAIN_MS = 2000;

/** As it is kept; null: not read yet. */
export const kept = signal<Kept | null>(null);
export const text = signal("");
/** Why it could not be read or checked; empty: it could. */
export const trouble = signal("");
/** Somebody else's, saved since this draft was begun. */
export const theirs = signal<Kept | null>(null);

/** The changes that were last given up, until there are others; empty: none. */
export const dropped = signal("");

const checked = signal<(Checked & { readonly of: string }) | null>(null);
const known = signal<readonly Rule[]>([]);

export const dirty = computed(() => kept.value !== null && text.value !== kept.value.text);
/** What is wrong with the text as it is now; null: not known yet. */
export const faults = computed<readonly Fault[] | null>(() =>
  checked.value?.of === text.value ? checked.value.errors : null,
);
/** Rules of the last text that had no fault. */
export const rules = computed(() => known.value);

let timer: ReturnType<typeof setTimeout> | undefined;

/** Reads what is kept. A draft is never overwritten by it. */
export async function load(): Promise<void> {
  let found: Kept;
  try {
    found = plain(await read());
    trouble.value = "";
  } catch (error) {
    trouble.value = worded(error);
    return;
  }
  if (!dirty.value) adopt(found);
  else if (found.version !== kept.value?.version) theirs.value = found;
}

export function edit(written: string): void {
  text.value = written;
  dropped.value = "";
  clearTimeout(timer);
  timer = setTimeout(judge, PAUSE_MS);
}

export function revert(): void {
  if (kept.value) adopt(kept.value);
}

/** Takes up again what was given up. */
export function bringBack(): void {
  edit(dropped.value);
}

/** Takes the place of what is kept; says whether it did. Where somebody else was quicker, `theirs` has what they saved. */
export async function save(): Promise<boolean> {
  const [before, written] = [kept.value, text.value];
  if (!before) return false;
  try {
    const { version } = await write(written, before.version);
    kept.value = { ...before, text: written, version };
    theirs.value = null;
    return true;
  } catch (error) {
    if (!(error instanceof RefusedError) || error.status !== 409) throw error;
    const found = plain(await read());
    if (found.version === before.version) throw error;
    theirs.value = found;
    return false;
  }
}

/** Gives the draft up for what somebody else saved. */
export function takeTheirs(): void {
  if (theirs.value) adopt(theirs.value);
}

/** Goes on with the draft: it will take the place of what somebody else saved. */
export function keepMine(): void {
  if (theirs.value) kept.value = theirs.value;
  theirs.value = null;
}

function adopt(found: Kept): void {
  clearTimeout(timer);
  if (dirty.value) dropped.value = text.value;
  kept.value = found;
  theirs.value = null;
  text.value = found.text;
  take(found, found.text);
}

async function judge(): Promise<void> {
  const of = text.value;
  try {
    const found = await check(of);
    if (of !== text.value) return;
    take(found, of);
    trouble.value = "";
  } catch (error) {
    if (of !== text.value) return;
    trouble.value = worded(error);
    timer = setTimeout(judge, AGAIN_MS);
  }
}

function take(found: Checked, of: string): void {
  checked.value = { ...found, of };
  if (found.valid) known.value = found.rules;
}

/** With line ends as a text area has them, or it would be changed by being shown. */
function plain(found: Kept): Kept {
  return { ...found, text: found.text.replace(/\r\n?/g, "\n") };
}

function worded(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
