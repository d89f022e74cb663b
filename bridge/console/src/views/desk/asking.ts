/** What a person is being asked on the desk, in a dialog of its own: the row may go meanwhile. */

import { signal } from "@preact/signals";
import type { Alert } from "../../state/frames.ts";

export interface Asking {
  readonly what: "acknowledge" | "snooze";
  readonly alert: Alert;
}

export const asking = signal<Asking | null>(null);
