/** Above the list: who one is, what is looked for, and what is done to all. */

import { useSignal } from "@preact/signals";
import { hindered } from "../../parts/allowed.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { ChoiceField, TextField } from "../../parts/Field.tsx";
import { acknowledgeAll, callMe, me } from "../../state/api.ts";
import { desk, known } from "../../state/store.ts";
import { limit, PAGE, wanted } from "./list.ts";
import type { Wanted } from "./order.ts";

const STATES = [
  ["", "every state"],
  ["firing", "firing"],
  ["acknowledged", "acknowledged"],
  ["snoozed", "snoozed"],
  ["suppressed", "suppressed"],
] as const;
const GRAVITIES = [
  ["", "every severity"],
  ["critical", "critical"],
  ["warning", "warning"],
  ["info", "info"],
  ["other", "other"],
] as const;

/** Asks for other alerts, from the first of them on. */
export function want(change: Partial<Wanted>): void {
  wanted.value = { ...wanted.value, ...change };
  limit.value = PAGE;
}

/** What is looked for. */
export function Filter() {
  return (
    <search class="row">
      <TextField
        label="Find"
        example="Find by name, label, person"
        kind="search"
        value={wanted.value.text}
        most={200}
        change={(text) => want({ text })}
      />
      <ChoiceField
        label="State"
        value={wanted.value.state}
        options={STATES}
        change={(state) => want({ state: state as Wanted["state"] })}
      />
      <ChoiceField
        label="Severity"
        value={wanted.value.severity}
        options={GRAVITIES}
        change={(severity) => want({ severity })}
      />
    </search>
  );
}

/** The name that commands are done under. */
export function Me() {
  const name = useSignal(me());
  const user = known.value.hello?.user;
  return (
    <TextField
      label="Your name"
      hint={name.value ? undefined : `Without it others read “${user || "http"}”.`}
      value={name.value}
      most={200}
      change={(text) => {
        name.value = text;
        callMe(text);
      }}
    />
  );
}

/** Everything that is firing, shown or not, to one person; asked once more, for it cannot be taken back at once. */
export function All() {
  const asks = useSignal(false);
  const reason = useSignal("");
  const firing = desk.value.filter((alert) => alert.state === "firing").length;
  const { total, alerts } = known.value;
  const whole = total <= alerts.size;
  const number = whole ? `all ${firing}` : "all";
  if (whole && firing < 2 && !asks.value) return null;
  return (
    <>
      <Button
        press={() => {
          asks.value = true;
        }}
        unless={hindered.value}
      >
        Acknowledge {number} firing…
      </Button>
      {asks.value ? (
        <Dialog
          title={`Acknowledge ${number} firing alerts`}
          deed={`Acknowledge ${number}`}
          commit={() => acknowledgeAll(reason.value)}
          close={() => {
            asks.value = false;
          }}
        >
          <p>Whatever is firing then is yours, filtered out or not; nothing of it sounds until it is resolved.</p>
          <TextField
            label="Reason"
            hint="It may be left out."
            value={reason.value}
            most={1000}
            autofocus
            change={(text) => {
              reason.value = text;
            }}
          />
        </Dialog>
      ) : null}
    </>
  );
}
