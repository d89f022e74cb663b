/** Test sounds: every engine plays them. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { hindered } from "../../parts/allowed.ts";
import { Button } from "../../parts/Button.tsx";
import { ask, test } from "../../state/api.ts";
import { known } from "../../state/store.ts";

interface Instrument {
  readonly name: string;
  readonly kind: string;
  readonly priority: string;
  readonly help: string;
  readonly meaning: string;
}

export function Tests() {
  const instruments = useSignal<readonly Instrument[] | null>(null);
  const fault = useSignal("");
  const { hello, controls } = known.value;
  const run = hello?.run;
  async function load() {
    try {
      instruments.value = (await ask<{ instruments: readonly Instrument[] }>("GET", "/api/instruments")).instruments;
      fault.value = "";
    } catch (error) {
      fault.value = error instanceof Error ? error.message : String(error);
    }
  }
  // a bridge that was begun anew may have other instruments
  useEffect(() => {
    void load();
  }, [run]);
  const unless = controls.muted ? "the pager is muted" : hindered.value;
  return (
    <section class="panel stack" aria-labelledby="tests">
      <h2 id="tests">Test sounds</h2>
      <p>Each is played once by every engine and every open tab.</p>
      {fault.value ? (
        <div class="row">
          <p class="fault">The list could not be had: {fault.value}.</p>
          <Button press={load}>Try again</Button>
        </div>
      ) : null}
      {instruments.value === null ? (
        <p class="quiet">{fault.value ? "" : "Asking for the list…"}</p>
      ) : (
        <ul class="plain instruments">
          {instruments.value.map((instrument) => (
            <li key={instrument.name} class="row between">
              <p class="said">
                <strong>{instrument.name}</strong>
                {instrument.help ? ` ${instrument.help}` : ""}
                {instrument.meaning ? <span class="quiet"> Means: {instrument.meaning}.</span> : null}
              </p>
              <Button press={() => test(instrument.name)} of={instrument.name} unless={unless}>
                Test
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
