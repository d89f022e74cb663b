/** Where toasts are shown, and read out. */

import { Button } from "./Button.tsx";
import { putAway, type Toast, toasts } from "./toasts.ts";

export function Toasts() {
  const grave = toasts.value.filter((toast) => toast.grave);
  const light = toasts.value.filter((toast) => !toast.grave);
  return (
    <div class="toasts">
      <div role="alert">{grave.map(shown)}</div>
      <div role="status">{light.map(shown)}</div>
    </div>
  );
}

function shown({ key, text, grave }: Toast) {
  return (
    <div class={grave ? "toast grave" : "toast"} key={key}>
      <p>{text}</p>
      <Button kind="quiet" press={() => putAway(key)} of="the message">
        Close
      </Button>
    </div>
  );
}
