/** A question in the browser's own modal dialog: it holds the focus, Escape closes it, the focus goes back. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Regions } from "./Announcer.tsx";
import { Button } from "./Button.tsx";
import { worded } from "./toasts.ts";

export interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
  /** What its main button says; without it there is none. */
  readonly deed?: string;
  /** What is done by the main button or Enter; when it is refused the dialog stays, and says why. */
  readonly commit?: () => unknown;
  /** Why that cannot be done now. */
  readonly unless?: string | null;
  readonly kind?: "main" | "danger";
}

/** Shown as long as it is rendered: `{asking.value ? <Dialog … /> : null}`. */
export function Dialog({ title, close, children, deed, commit, unless, kind = "main" }: DialogProps) {
  const id = useId();
  const refused = useSignal("");
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  async function finish() {
    refused.value = "";
    try {
      await commit?.();
    } catch (error) {
      // here, for what is beside a modal dialog is neither seen well nor read out
      refused.value = worded(error);
      return;
    }
    close();
  }
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <Regions />
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          dialog.current?.querySelector<HTMLButtonElement>(".button.commit")?.click();
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        {refused.value ? (
          <p class="fault" role="alert">
            {refused.value}
          </p>
        ) : null}
        <div class="actions">
          {deed ? (
            <Button kind={kind} class="commit" press={finish} unless={unless}>
              {deed}
            </Button>
          ) : null}
          <Button press={close}>{deed ? "Cancel" : "Close"}</Button>
        </div>
        {/* Enter within a field submits only where there is a submit button */}
        <input type="submit" hidden />
      </form>
    </dialog>
  );
}
