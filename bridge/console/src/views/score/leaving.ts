/** Asks before a draft is left behind: the browser's own question when the page is closed, ours when another view is asked for. */

import { keep } from "../../state/route.ts";
import { dirty } from "./draft.ts";

let free = false;

/** Goes to another view although the draft is not saved. */
export function leave(address: string): void {
  free = true;
  location.hash = address;
}

/** Guards until the function that it gives back is called.
 *
 * @param ask Called with the address that was asked for.
 */
export function guard(ask: (address: string) => void): () => void {
  const unloading = (event: BeforeUnloadEvent) => {
    if (dirty.value) event.preventDefault();
  };
  addEventListener("beforeunload", unloading);
  free = false;
  const unkept = keep((address) => {
    if (free || !dirty.value) return true;
    ask(address);
    return false;
  });
  return () => {
    removeEventListener("beforeunload", unloading);
    unkept();
  };
}
