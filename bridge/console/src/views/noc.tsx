/** The wall: to be read from across the room, with nothing to be pressed but what starts the sound. */

import { useEffect } from "preact/hooks";
import { StartSound } from "../parts/Banner.tsx";
import { heard } from "../parts/captions.ts";
import { now } from "../parts/clock.ts";
import { Severity, Shape } from "../parts/Severity.tsx";
import { Since, Until } from "../parts/Since.tsx";
import { clock } from "../parts/times.ts";
import { place } from "../state/announce.ts";
import { SEVERITIES } from "../state/severity.ts";
import { connection, desk, known, lineSince, silence, sound, unheard } from "../state/store.ts";
import { shown } from "../state/text.ts";
import { counted, headline } from "./noc/worst.ts";

/** Lines that a wall has room for, of alerts and of what is in the way. */
const LINES = 7;
const LEAST = 3;

export function Noc() {
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key === "Escape") location.hash = "#/desk";
    };
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, []);
  const { told, total, alerts } = known.value;
  const counts = counted(desk.value);
  // of a great storm only the gravest are known here
  const whole = total <= alerts.size;
  const { shape, words } = headline(counts, total, {
    told: told && connection.value.state === "open",
    whole,
    hears: unheard.value.length === 0,
  });
  return (
    <div class={`noc ${shape}`}>
      <header>
        <h1>
          <Shape severity={shape} /> <span>{words}</span>
        </h1>
        <p class="time">
          <Clock />
        </p>
      </header>
      <Trouble />
      <ul class="plain counts" aria-label="Firing, by severity">
        {SEVERITIES.map((severity) => (
          <li key={severity} class={counts[severity] ? severity : "none"}>
            <strong>
              {counts[severity]}
              {whole ? "" : "+"}
            </strong>{" "}
            <Severity severity={severity} word={severity} />
          </li>
        ))}
      </ul>
      <Top />
      <footer>
        <Caption />
        <a href="#/desk">Leave the wall (Escape)</a>
      </footer>
    </div>
  );
}

function Clock() {
  return <time>{clock(now.value)}</time>;
}

/** All that makes what is shown, or heard, less than the truth. */
function Trouble() {
  const { controls, flooding, quiet, links } = known.value;
  const down = links.filter((link) => !link.up).map((link) => link.name);
  // a mute has a line of its own
  const why = controls.muted && silence.value?.kind === "silent" && sound.value.state === "on" ? null : silence.value;
  return (
    <div class="trouble">
      {why ? (
        <p class="said">
          <strong>{why.kind === "deaf" ? "Deaf" : "Silent"}:</strong> {why.why}{" "}
          {why.kind === "deaf" ? <Since at={lineSince.value} /> : null}
        </p>
      ) : null}
      <StartSound />
      {flooding ? (
        <p>
          <strong>Flood of alarms</strong>
        </p>
      ) : null}
      {controls.muted ? (
        <p class="said">
          <strong>Muted</strong>
          {controls.muted_by ? ` by ${shown(controls.muted_by)}` : ""}
          {controls.muted_until === null ? null : <More until={controls.muted_until} />}
          {controls.muted_reason ? `: ${shown(controls.muted_reason)}` : ""}
        </p>
      ) : null}
      {controls.meeting_until === null ? null : (
        <p>
          <strong>Meeting</strong>
          <More until={controls.meeting_until} />
        </p>
      )}
      {quiet.length ? (
        <p class="said">
          <strong>Quiet hours:</strong> {quiet.join(", ")}
        </p>
      ) : null}
      {down.length ? (
        <p class="said">
          <strong>Down:</strong> {down.join(", ")}
        </p>
      ) : null}
    </div>
  );
}

/** A bare "14:59" would be taken for a time of day. */
function More({ until }: { readonly until: number }) {
  return (
    <>
      , for another <Until at={until} />
    </>
  );
}

/** How many things are in the way. */
function troubles(): number {
  const { controls, flooding, quiet, links } = known.value;
  const there = [
    silence.value,
    flooding,
    controls.muted,
    controls.meeting_until,
    quiet.length,
    links.some((link) => !link.up),
  ];
  return there.filter(Boolean).length;
}

function Top() {
  const { total } = known.value;
  const top = desk.value.slice(0, Math.max(LEAST, LINES - troubles()));
  return (
    <>
      <ol class="plain top" aria-label="The gravest alerts">
        {top.map((alert) => (
          <li key={alert.fingerprint}>
            <Severity severity={alert.severity} />
            <span class="said name">
              {shown(alert.name || alert.fingerprint)} <span class="quiet">{place(alert)}</span>
            </span>
            <span class="who said">
              {alert.state === "firing" ? "nobody has it" : shown(alert.by) || alert.state}, began{" "}
              <Since at={alert.starts_at ?? alert.since} />
            </span>
          </li>
        ))}
      </ol>
      {total > top.length ? <p class="more">and {(total - top.length).toLocaleString("en")} more</p> : null}
    </>
  );
}

function Caption() {
  const last = known.value.captions.at(-1);
  if (!last) return <p class="quiet">No sound yet.</p>;
  return (
    <p class="said">
      <span class="quiet">{clock(last.at)}</span> {heard(last)}
    </p>
  );
}
