/** What is told in passing: that something was refused, or done. */

import { signal } from "@preact/signals";

export interface Toast {
  readonly key: number;
  readonly text: string;
  /** Refusals stay until they are put away; the rest goes by itself. */
  readonly grave: boolean;
}

const MOST = 4;
const STAYS_MS = 8000;

export const toasts = signal<readonly Toast[]>([]);
let count = 0;

function show(text: string, grave: boolean): Toast {
  const toast = { key: ++count, text, grave };
  // the same again takes the place of the old one
  toasts.value = [...toasts.value.filter((other) => other.text !== text), toast].slice(-MOST);
  return toast;
}

export function putAway(key: number): void {
  toasts.value = toasts.value.filter((toast) => toast.key !== key);
}

/** Tells in passing that something is done. */
export function tell(text: string): void {
  const { key } = show(text, false);
  setTimeout(() => putAway(key), STAYS_MS);
}

/** Tells why something was not done. */
export function complain(error: unknown): void {
  show(worded(error), true);
}

/** What went wrong, as a sentence. */
export function worded(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
