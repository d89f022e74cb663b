/** The last hours: alarms, floods, mutes and meetings, what people did, how unusual it was; as a picture and as a table. */

import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { Button } from "../parts/Button.tsx";
import { now } from "../parts/clock.ts";
import type { Known } from "../state/reduce.ts";
import { connection, known } from "../state/store.ts";
import { Chart, type Drawn } from "./time/Chart.tsx";
import { List } from "./time/List.tsx";
import { type Lasting, spans } from "./time/spans.ts";
import { steps, width } from "./time/steps.ts";
import { askPast, continued, type Past } from "./time/told.ts";
import "../style/time.css";

const HOURS = [1, 6, 24] as const;
const NO_PAST: Past = { hours: 1, at: 0, kept: true, entries: [], alarms: new Map(), anomaly: new Map() };
/** Seconds after which the picture moves on, though nothing happens. */
const PACE = 10;

export function Time() {
  const hours = useSignal<number>(6);
  const past = useSignal<Past | null>(null);
  const fault = useSignal("");
  const line = useComputed(() => connection.value.state);

  const fetchPast = async () => {
    const asked = hours.peek();
    try {
      const told = await askPast(asked);
      if (asked === hours.peek()) [past.value, fault.value] = [told, ""];
    } catch (error) {
      fault.value = error instanceof Error ? error.message : String(error);
    }
  };
  // again whenever the line is back: what happened meanwhile never came by it
  useSignalEffect(() => {
    const asked = hours.value;
    if (line.value === "open" || past.peek()?.hours !== asked) fetchPast();
  });

  return (
    <div class="time stack">
      <h1 tabIndex={-1}>Time line</h1>
      <fieldset class="time-hours">
        <legend>The last</legend>
        {HOURS.map((each) => (
          <Button
            key={each}
            pressed={hours.value === each}
            press={() => {
              hours.value = each;
            }}
          >
            {each === 1 ? "hour" : `${each} hours`}
          </Button>
        ))}
      </fieldset>
      {fault.value ? (
        <p role="alert">
          The past is not known now: {fault.value}. <Button press={fetchPast}>Try again</Button>
        </p>
      ) : null}
      {past.value ? <Shown past={past} /> : fault.value ? null : <p role="status">Asking for the past …</p>}
    </div>
  );
}

function Shown({ past }: { readonly past: ReadonlySignal<Past | null> }) {
  // most frames are of something else: the picture is not drawn again for them
  const told = useComputed(() => known.value.entries);
  const unusual = useComputed(() => known.value.anomaly);
  const lasts = useComputed(() => going(known.value).join());
  const whole = useComputed(() => past.value && continued(past.value, { entries: told.value, anomaly: unusual.value }));
  const tick = useComputed(() => Math.floor(now.value / PACE) * PACE);
  const drawn = useComputed<Drawn>(() => {
    const { entries, alarms, anomaly, hours } = whole.value ?? NO_PAST;
    const wide = width(hours);
    // whole steps, or the bar of the last one would be cut
    const to = (Math.floor(Math.max(tick.value, entries.at(-1)?.at ?? 0) / wide) + 1) * wide;
    const from = to - hours * 3600;
    const within = entries.filter(({ at }) => at >= from);
    const counted = steps(alarms, anomaly, from, to - 1, wide);
    return {
      from,
      to,
      steps: counted,
      spans: spans(
        within,
        from,
        Math.max(tick.value, within.at(-1)?.at ?? 0),
        lasts.value.split(",").filter(Boolean) as Lasting[],
      ),
      entries: within,
    };
  });
  const { hours, kept } = whole.value ?? NO_PAST;
  const { steps: counted, spans: lasting, entries } = drawn.value;
  const alarms = counted.alarms.reduce((sum, each) => sum + each, 0);
  const floods = lasting.filter(({ kind }) => kind === "flood").length;
  const label = `Time line of ${hours} h: ${plural(alarms, "alarm")}, ${plural(floods, "flood")}. All of it stands in the table below.`;
  return (
    <>
      <Chart drawn={drawn} label={label} />
      <ul class="time-legend">
        <li class="time-alarms">bars: alarms, each {width(hours) / 60} min</li>
        <li class="time-anomaly">line: anomaly, from 0 (as ever) to 1</li>
        <li>✓ somebody took it</li>
        <li>○ it was resolved</li>
        <li>shaded: flood (its line is the highest), mute, meeting (the lowest)</li>
      </ul>
      {kept ? null : <p>The journal cannot be read: this is what the pager remembers since it was started.</p>}
      <List entries={entries} />
    </>
  );
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function going({ flooding, controls }: Known): readonly Lasting[] {
  const held = { flood: flooding, mute: controls.muted, meeting: controls.meeting_until !== null };
  return (["flood", "mute", "meeting"] as const).filter((kind) => held[kind]);
}
