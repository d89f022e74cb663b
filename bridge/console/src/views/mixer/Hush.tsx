/** Mute and meeting mode: each with an end of its own. */

import { useSignal } from "@preact/signals";
import { hindered } from "../../parts/allowed.ts";
import { Button } from "../../parts/Button.tsx";
import { TextField } from "../../parts/Field.tsx";
import { Until } from "../../parts/Since.tsx";
import { hour } from "../../parts/times.ts";
import { adjourn, meet, mute, unmute } from "../../state/api.ts";
import { bridgeNow, known } from "../../state/store.ts";
import { shown } from "../../state/text.ts";

const MOST_MINUTES = 1440;
const WRONG = `Give a number of minutes, 1 to ${MOST_MINUTES} (a day).`;

function minutesOf(text: string): number | null {
  const minutes = Number(text);
  return text.trim() && minutes >= 1 && minutes <= MOST_MINUTES ? minutes : null;
}

export function Hush() {
  return (
    <div class="stack">
      <Mute />
      <Meeting />
    </div>
  );
}

function Mute() {
  const { controls } = known.value;
  const reason = useSignal("");
  const minutes = useSignal("30");
  const custom = minutesOf(minutes.value);
  const hush = (length: number) => () => mute(length * 60, reason.value);
  return (
    <section class="panel stack" aria-labelledby="mute">
      <h2 id="mute">Mute</h2>
      {controls.muted ? (
        <>
          <p class="said">
            <strong>Muted</strong>
            {controls.muted_until === null ? null : (
              <>
                {" "}
                until {hour(controls.muted_until, bridgeNow())} (<Until at={controls.muted_until} /> left)
              </>
            )}
            {controls.muted_by ? `, by ${shown(controls.muted_by)}` : ""}
            {controls.muted_reason ? `, because: ${shown(controls.muted_reason)}` : ""}.
          </p>
          <div class="actions">
            <Button kind="main" press={unmute} unless={hindered.value}>
              Unmute now
            </Button>
          </div>
        </>
      ) : (
        <p>Not muted. A mute silences every engine, critical alarms too, and ends by itself.</p>
      )}
      <TextField
        label="Reason for muting"
        hint="It may be left out; everybody reads it."
        value={reason.value}
        most={1000}
        change={(text) => {
          reason.value = text;
        }}
      />
      <div class="actions">
        <Button press={hush(15)} unless={hindered.value}>
          Mute for 15 minutes
        </Button>
        <Button press={hush(60)} unless={hindered.value}>
          Mute for 1 hour
        </Button>
      </div>
      <Minutes
        label="Minutes to mute for"
        minutes={minutes.value}
        fault={custom === null}
        change={(text) => {
          minutes.value = text;
        }}
      />
      <div class="actions">
        <Button press={hush(custom ?? 0)} unless={custom === null ? WRONG : hindered.value}>
          Mute for {custom ?? "…"} minutes
        </Button>
      </div>
    </section>
  );
}

function Meeting() {
  const { controls } = known.value;
  const minutes = useSignal("60");
  const length = minutesOf(minutes.value);
  return (
    <section class="panel stack" aria-labelledby="meeting">
      <h2 id="meeting">Meeting mode</h2>
      {controls.meeting_until === null ? (
        <p>Off. In a meeting only what the score lets through is heard; it ends by itself.</p>
      ) : (
        <>
          <p class="said">
            <strong>On</strong> until {hour(controls.meeting_until, bridgeNow())} (<Until at={controls.meeting_until} />{" "}
            left){controls.meeting_by ? `, by ${shown(controls.meeting_by)}` : ""}.
          </p>
          <div class="actions">
            <Button kind="main" press={adjourn} unless={hindered.value}>
              End meeting mode
            </Button>
          </div>
        </>
      )}
      <Minutes
        label="Minutes of the meeting"
        minutes={minutes.value}
        fault={length === null}
        change={(text) => {
          minutes.value = text;
        }}
      />
      <div class="actions">
        <Button press={() => meet((length ?? 0) * 60)} unless={length === null ? WRONG : hindered.value}>
          {controls.meeting_until === null ? "Begin meeting mode" : "Set its end anew"}
        </Button>
      </div>
    </section>
  );
}

interface MinutesProps {
  readonly label: string;
  readonly minutes: string;
  readonly fault: boolean;
  readonly change: (text: string) => void;
}

function Minutes({ label, minutes, fault, change }: MinutesProps) {
  return <TextField label={label} kind="number" value={minutes} fault={fault ? WRONG : undefined} change={change} />;
}
