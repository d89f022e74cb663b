/** The same hours as a table: newest first, by deed, reachable for everyone. */

import { useSignal } from "@preact/signals";
import { Button } from "../../parts/Button.tsx";
import { ChoiceField } from "../../parts/Field.tsx";
import { Severity } from "../../parts/Severity.tsx";
import { clock, dated, full, hour } from "../../parts/times.ts";
import type { Entry } from "../../state/frames.ts";
import { bridgeNow } from "../../state/store.ts";
import { cause, key, SHOWN, subject, worded } from "./deeds.ts";

/** Lines that are shown at first, and more each time that more are asked for. */
const PAGE = 100;
const ALL = "";

export function List({ entries }: { readonly entries: readonly Entry[] }) {
  const deed = useSignal(ALL);
  const most = useSignal(PAGE);
  const wanted = entries.filter((entry) => deed.value === ALL || entry.deed === deed.value).reverse();
  const shown = wanted.slice(0, most.value);
  const now = bridgeNow();
  return (
    <section class="stack" aria-labelledby="time-list">
      <h2 id="time-list">What happened</h2>
      <div class="time-filter">
        <ChoiceField
          label="Show"
          value={deed.value}
          options={[[ALL, "everything"], ...SHOWN.map((each) => [each, worded(each)] as const)]}
          change={(value) => {
            deed.value = value;
            most.value = PAGE;
          }}
        />
        <p>
          {wanted.length === 0 ? "Nothing of this happened." : `${shown.length} of ${wanted.length}, the newest first`}
        </p>
      </div>
      {shown.length ? (
        <table class="time-table" aria-labelledby="time-list">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Deed</th>
              <th scope="col">What</th>
              <th scope="col">Severity</th>
              <th scope="col">By whom, why</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((entry) => (
              <tr key={key(entry)}>
                <td data-label="Time">
                  <time dateTime={new Date(entry.at * 1000).toISOString()} title={full(entry.at)}>
                    {hour(entry.at, now) === hour(entry.at, entry.at) ? clock(entry.at) : dated(entry.at)}
                  </time>
                </td>
                <td data-label="Deed">{worded(entry.deed)}</td>
                <td data-label="What">{subject(entry)}</td>
                <td data-label="Severity">{entry.severity ? <Severity severity={entry.severity} /> : null}</td>
                <td data-label="By whom, why">{cause(entry)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {wanted.length > shown.length ? (
        <Button
          press={() => {
            most.value += PAGE;
          }}
        >
          Show older ones
        </Button>
      ) : null}
    </section>
  );
}
