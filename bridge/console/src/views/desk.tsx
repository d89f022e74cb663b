/** What is wrong now, and what is done about it. */

import { Button } from "../parts/Button.tsx";
import { Shape } from "../parts/Severity.tsx";
import type { Alert } from "../state/frames.ts";
import { connection, desk, known, unheard } from "../state/store.ts";
import { Ask } from "./desk/Ask.tsx";
import { All, Filter, Me, want } from "./desk/Bar.tsx";
import { List } from "./desk/List.tsx";
import { chosen, EVERYTHING } from "./desk/list.ts";

export function Desk() {
  const { total } = known.value;
  return (
    <div class="stack">
      <div class="row between">
        <h1>Desk</h1>
        {total ? <All /> : null}
      </div>
      <Counted />
      {total ? <Filter /> : <Nothing />}
      <List />
      {total ? <Me /> : null}
      <Ask />
    </div>
  );
}

/** How many there are, and how many of them are shown. */
function Counted() {
  const { total, alerts } = known.value;
  const told = (count: number) => count.toLocaleString("en");
  if (!total) return null;
  const firing = count(desk.value);
  const hidden = firing - count(chosen.value);
  const here = chosen.value.length;
  return (
    <div class="row">
      <p>
        {total > alerts.size || here < alerts.size
          ? `${told(here)} of ${told(total)} shown`
          : `${told(total)} ${total === 1 ? "alert" : "alerts"}`}
        {total > alerts.size ? `; this page holds the gravest and newest ${told(alerts.size)}` : ""}, {told(firing)}
        {total > alerts.size ? " of them" : ""} firing.
        {hidden > 0 ? (
          <strong>
            {" "}
            {told(hidden)} of these {hidden === 1 ? "is" : "are"} filtered out.
          </strong>
        ) : null}
      </p>
      {here < alerts.size ? <Button press={() => want(EVERYTHING)}>Show all</Button> : null}
    </div>
  );
}

const count = (alerts: readonly Alert[]) => alerts.filter((alert) => alert.state === "firing").length;

/** An empty desk is good news only where the pager could know of bad. */
function Nothing() {
  const { told } = known.value;
  const deaf = !told || connection.value.state !== "open";
  const down = unheard.value;
  if (deaf) {
    return (
      <p class="empty panel">
        <Shape severity="critical" />{" "}
        {told ? "No alert was known when the connection was lost." : "Nothing is known yet."} Whether something is wrong
        is not known.
      </p>
    );
  }
  if (down.length) {
    return (
      <p class="empty panel said">
        <Shape severity="warning" /> No alert is known, but the pager does not hear everything:{" "}
        {down.map((link) => link.name).join(", ")} {down.length === 1 ? "is" : "are"} down.
      </p>
    );
  }
  return (
    <p class="empty panel">
      <Shape severity="ok" /> Nothing is wrong: no alert is active, and every link that alerts come by is up.
    </p>
  );
}
