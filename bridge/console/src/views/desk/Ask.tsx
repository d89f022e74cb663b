/** The two questions of the desk: why it is acknowledged, and for how long it is snoozed. */

import { useSignal } from "@preact/signals";
import { Dialog } from "../../parts/Dialog.tsx";
import { ChoiceField, TextField } from "../../parts/Field.tsx";
import { full, next } from "../../parts/times.ts";
import { title } from "../../state/announce.ts";
import { acknowledge, snooze } from "../../state/api.ts";
import type { Alert } from "../../state/frames.ts";
import { bridgeNow } from "../../state/store.ts";
import { asking } from "./asking.ts";

const MOST_REASON = 1000;
const WEEK = 7 * 86_400;
const WRONG = "Give a number of minutes, 1 to 10080 (a week).";

export function Ask() {
  const asked = asking.value;
  if (!asked) return null;
  const Question = asked.what === "snooze" ? Snooze : Acknowledge;
  return <Question key={asked.alert.fingerprint} alert={asked.alert} />;
}

const close = () => {
  asking.value = null;
};

function Acknowledge({ alert }: { readonly alert: Alert }) {
  const reason = useSignal(alert.state === "acknowledged" ? alert.reason : "");
  return (
    <Dialog
      title={`Acknowledge ${title(alert)}`}
      deed="Acknowledge"
      commit={() => acknowledge(alert.fingerprint, reason.value)}
      close={close}
    >
      <TextField
        label="Reason"
        hint="It is shown to everybody, and kept in the journal. It may be left out."
        value={reason.value}
        most={MOST_REASON}
        autofocus
        change={(text) => {
          reason.value = text;
        }}
      />
    </Dialog>
  );
}

const LENGTHS = [
  ["900", "15 minutes"],
  ["3600", "1 hour"],
  ["14400", "4 hours"],
  ["morning", "until 9:00 in the morning"],
  ["custom", "another length"],
] as const;

function Snooze({ alert }: { readonly alert: Alert }) {
  const length = useSignal<(typeof LENGTHS)[number][0]>("900");
  const minutes = useSignal("30");
  const reason = useSignal("");
  function asked(): number {
    if (length.value === "morning") return Math.max(1, next(bridgeNow(), 9) - bridgeNow());
    return length.value === "custom" ? Number(minutes.value) * 60 : Number(length.value);
  }
  const until = asked();
  const fine = until >= 1 && until <= WEEK;
  return (
    <Dialog
      title={`Snooze ${title(alert)}`}
      deed="Snooze"
      commit={() => snooze(alert.fingerprint, asked(), reason.value)}
      unless={fine ? null : WRONG}
      close={close}
    >
      <ChoiceField
        label="How long"
        value={length.value}
        options={LENGTHS}
        change={(chosen) => {
          length.value = chosen;
        }}
        hint={fine ? `It sounds again at ${full(bridgeNow() + until)}.` : undefined}
      />
      {length.value === "custom" ? (
        <TextField
          label="Minutes"
          kind="number"
          value={minutes.value}
          fault={fine ? undefined : WRONG}
          change={(text) => {
            minutes.value = text;
          }}
        />
      ) : null}
      <TextField
        label="Reason"
        hint="It may be left out."
        value={reason.value}
        most={MOST_REASON}
        change={(text) => {
          reason.value = text;
        }}
      />
    </Dialog>
  );
}
