/** What keeps the pager from being heard, or from hearing: said plainly, with what can be done about it. */

import type { ComponentChildren } from "preact";
import { start } from "../sound/sound.ts";
import { adjourn, unmute } from "../state/api.ts";
import type { Link } from "../state/frames.ts";
import { known, lineSince, silence, sound, unheard } from "../state/store.ts";
import { shown } from "../state/text.ts";
import { hindered } from "./allowed.ts";
import { Button } from "./Button.tsx";
import { Since, Until } from "./Since.tsx";

/** The big button: browsers demand a gesture before a page may sound. */
export function StartSound() {
  const { state } = sound.value;
  if (state === "on") return null;
  return (
    <Button kind="main" class="big" press={start} unless={state === "starting" ? "it is starting" : null}>
      {state === "starting" ? "Starting sound…" : "Start sound"}
    </Button>
  );
}

function Note({ deaf = false, children }: { readonly deaf?: boolean; readonly children: ComponentChildren }) {
  return <div class={deaf ? "note deaf" : "note"}>{children}</div>;
}

/** All that is in the way, the gravest first; nothing when all is well. */
export function Banner() {
  const why = silence.value;
  return (
    <section class="banner" aria-label="What keeps the pager from being heard">
      {why?.kind === "deaf" ? <Deaf why={why.why} /> : null}
      {sound.value.state === "on" ? null : <Off />}
      <Hushed />
      <Chained />
    </section>
  );
}

function Deaf({ why }: { readonly why: string }) {
  const { told } = known.value;
  return (
    <Note deaf>
      <p>
        <strong>Deaf:</strong> {why} {told ? "What is shown may be old: " : "Nothing is known yet: "}
        not connected for <Since at={lineSince.value} bare />.
      </p>
    </Note>
  );
}

function Off() {
  const { why, state } = sound.value;
  return (
    <Note deaf={state === "failed"}>
      <p>
        <strong>Silent:</strong> {why || "Sound is not started in this tab; browsers want a click for it."}
      </p>
      <StartSound />
    </Note>
  );
}

/** What people have set. */
function Hushed() {
  const { controls, flooding, quiet, total } = known.value;
  return (
    <>
      {controls.muted ? (
        <Note>
          <p class="said">
            <strong>Muted</strong>
            {controls.muted_by ? ` by ${shown(controls.muted_by)}` : ""}
            {controls.muted_reason ? `, because: ${shown(controls.muted_reason)}` : ""}. No engine sounds
            {controls.muted_until === null ? (
              ""
            ) : (
              <>
                {" "}
                for another <Until at={controls.muted_until} />
              </>
            )}
            .
          </p>
          <Button press={unmute} unless={hindered.value}>
            Unmute
          </Button>
        </Note>
      ) : null}
      {controls.levels.master === 0 ? (
        <Note>
          <p>
            <strong>Silent:</strong> the master volume is at zero. <a href="#/mixer">To the mixer</a>
          </p>
        </Note>
      ) : null}
      {controls.meeting_until === null ? null : (
        <Note>
          <p class="said">
            <strong>Meeting mode</strong>
            {controls.meeting_by ? ` by ${shown(controls.meeting_by)}` : ""}, for another{" "}
            <Until at={controls.meeting_until} />: only what the score lets through is heard.
          </p>
          <Button press={adjourn} unless={hindered.value}>
            End the meeting
          </Button>
        </Note>
      )}
      {flooding ? (
        <Note deaf>
          <p>
            <strong>Flood of alarms:</strong> {total.toLocaleString("en")} alerts are active; one sound stands for all.
          </p>
        </Note>
      ) : null}
      {quiet.length ? (
        <Note>
          <p class="said">
            <strong>Quiet hours:</strong> {quiet.join(", ")}.
          </p>
        </Note>
      ) : null}
    </>
  );
}

/** What the pager itself does not hear, and where it is not heard. */
function Chained() {
  const deaf = unheard.value;
  const mute = known.value.links.filter((link) => !link.up && !deaf.includes(link));
  return (
    <>
      {deaf.length ? (
        <Note deaf>
          <p class="said">
            <strong>{deaf.length === 1 ? "A link is down:" : `${deaf.length} links are down:`}</strong> {named(deaf)}.{" "}
            <a href="#/chain">To the chain</a>
          </p>
        </Note>
      ) : null}
      {mute.length ? (
        <Note>
          <p class="said">
            <strong>No sound engine answers:</strong> {named(mute)}. Tabs sound all the same.{" "}
            <a href="#/chain">To the chain</a>
          </p>
        </Note>
      ) : null}
    </>
  );
}

function named(links: readonly Link[]): string {
  return shown(links.map(({ name, detail }) => (detail ? `${name} (${detail})` : name)).join(", "));
}
