/** A question in the browser's own modal dialog: it holds the focus, Escape closes it, the focus goes back. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "./Button.tsx";

export interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
  /** What its main button says; without it there is none. */
  readonly deed?: string;
  /** What is done by the main button or Enter; when it is refused the dialog stays. */
  readonly commit?: () => unknown;
  readonly kind?: "main" | "danger";
}

/** Shown as long as it is rendered: `{asking.value ? <Dialog … /> : null}`. */
export function Dialog({ title, close, children, deed, commit, kind = "main" }: DialogProps) {
  const id = useId();
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
    await commit?.();
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
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          dialog.current?.querySelector<HTMLButtonElement>(".button.commit")?.click();
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        <div class="actions">
          {deed ? (
            <Button kind={kind} class="commit" press={finish}>
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
