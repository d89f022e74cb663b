/** The list itself: bounded, and still under a hand. */

import { useComputed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "../../parts/Button.tsx";
import { more, SOME } from "../../state/more.ts";
import { MOST_ALERTS } from "../../state/reduce.ts";
import { known } from "../../state/store.ts";
import { chosen, focused, leave, limit, PAGE, point, pointed, unpoint } from "./list.ts";
import { Row } from "./Row.tsx";

export function List() {
  const list = useRef<HTMLUListElement>(null);
  const hovered = useRef<Element | null>(null);
  const shown = useComputed(() => chosen.value.slice(0, limit.value));
  const top = hovered.current?.isConnected && pointed.value ? hovered.current.getBoundingClientRect().top : null;
  useLayoutEffect(() => {
    // what came above is scrolled away: the row under the pointer stays under it
    if (top === null || !hovered.current?.isConnected) return;
    const moved = hovered.current.getBoundingClientRect().top - top;
    if (moved) scrollBy(0, moved);
  });
  useLayoutEffect(() => leave, []);
  const rest = chosen.value.length - shown.value.length;
  const { alerts, total } = known.value;
  return (
    <>
      {/* the pointer and the focus only hold the list still: there is nothing here to be done with them */}
      <ul
        class="alerts plain"
        ref={list}
        onPointerMove={(event) => {
          if (event.pointerType !== "mouse") return;
          hovered.current = event.target instanceof Element ? event.target.closest("li") : null;
          point();
        }}
        onPointerLeave={unpoint}
        onFocusIn={() => {
          focused.value = true;
        }}
        onFocusOut={(event) => {
          focused.value = event.relatedTarget instanceof Node && list.current?.contains(event.relatedTarget) === true;
        }}
      >
        {shown.value.map((alert) => (
          <li key={alert.fingerprint}>
            <Row alert={alert} />
          </li>
        ))}
      </ul>
      {rest > 0 ? (
        <Button
          press={() => {
            limit.value += PAGE;
          }}
        >
          Show {Math.min(rest, PAGE)} more of {rest}
        </Button>
      ) : null}
      {total > alerts.size && alerts.size < MOST_ALERTS ? (
        <Button press={more}>Fetch {Math.min(total - alerts.size, SOME)} more from the pager</Button>
      ) : null}
    </>
  );
}
