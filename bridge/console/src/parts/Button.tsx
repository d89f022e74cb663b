/** Buttons: what they do may take time, and may be refused. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { complain } from "./toasts.ts";

export interface ButtonProps {
  readonly children: ComponentChildren;
  /** What it does; a promise makes the button busy until it is settled, and what it is rejected with is shown. */
  readonly press: () => unknown;
  /** What it is done to: read out behind the label, not shown. */
  readonly of?: string;
  readonly kind?: "plain" | "main" | "danger" | "quiet";
  /** Why it cannot be pressed now. It stays focusable, and says this. */
  readonly unless?: string | false | null | undefined;
  /** Makes it a switch that is on or off. */
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly class?: string;
  readonly id?: string;
}

export function Button(props: ButtonProps) {
  const { children, press, of, kind = "plain", unless, pressed, expanded, id } = props;
  const busy = useSignal(false);
  async function run() {
    if (busy.value || unless) return;
    busy.value = true;
    try {
      await press();
    } catch (error) {
      complain(error);
    } finally {
      busy.value = false;
    }
  }
  // not `disabled`: who is on it would lose the place
  return (
    <button
      type="button"
      id={id}
      class={`button ${kind} ${props.class ?? ""}`}
      aria-disabled={busy.value || unless ? "true" : undefined}
      aria-busy={busy.value ? "true" : undefined}
      aria-pressed={pressed}
      aria-expanded={expanded}
      title={unless || undefined}
      onClick={run}
    >
      {children}
      {of ? <span class="unseen"> {of}</span> : null}
      {unless ? <span class="unseen"> ({unless})</span> : null}
    </button>
  );
}
