/** An alert on the desk: what it is, who has it, what can be done. */

import { Component } from "preact";
import { useId } from "preact/hooks";
import { hindered } from "../../parts/allowed.ts";
import { Button } from "../../parts/Button.tsx";
import { Severity } from "../../parts/Severity.tsx";
import { Since } from "../../parts/Since.tsx";
import { hour, seconds } from "../../parts/times.ts";
import { place, title } from "../../state/announce.ts";
import { acknowledge, giveBack, playAgain } from "../../state/api.ts";
import type { Alert } from "../../state/frames.ts";
import { severityOf } from "../../state/severity.ts";
import { bridgeNow } from "../../state/store.ts";
import { shown } from "../../state/text.ts";
import { asking } from "./asking.ts";
import { Text } from "./Text.tsx";

/** Annotations that say what it is about, the best first. */
const SUMMARIES = ["summary", "message", "title", "description"];

interface RowProps {
  readonly alert: Alert;
}

/** Drawn anew only when its alert is another value: of a storm the rest stands. */
export class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    return next.alert !== this.props.alert;
  }

  override render({ alert }: RowProps) {
    return <Drawn alert={alert} />;
  }
}

function Drawn({ alert }: RowProps) {
  const id = useId();
  const summary = SUMMARIES.map((name) => alert.annotations[name]).find(Boolean);
  const where = place(alert);
  return (
    <article class={`alert ${severityOf(alert)} ${alert.state}`} aria-labelledby={id}>
      <div class="what">
        <h2 id={id} tabIndex={-1}>
          <Severity severity={alert.severity} /> <span class="said name">{shown(alert.name || alert.fingerprint)}</span>{" "}
          {where ? <span class="said where">on {where}</span> : null}
        </h2>
        {summary ? <Text class="summary" text={summary} most={300} /> : null}
        <State alert={alert} />
      </div>
      <Deeds alert={alert} />
      <Details alert={alert} />
    </article>
  );
}

/** Its state in a sentence. */
function State({ alert }: RowProps) {
  const person = alert.by ? <span class="said"> by {shown(alert.by)}</span> : null;
  const why = alert.reason ? <span class="said">, because: {shown(alert.reason)}</span> : null;
  return (
    <p class="how">
      {alert.state === "firing" ? (
        <strong>Firing, nobody has it</strong>
      ) : (
        <>
          <strong>{alert.state.charAt(0).toUpperCase() + alert.state.slice(1)}</strong>
          {person}
          {alert.wake ? ` until ${hour(seconds(alert.wake), bridgeNow())}` : null}
          {why}
        </>
      )}
      {" · began "}
      <Since at={alert.starts_at ?? alert.since} />
      {alert.flapping ? <strong> · flapping</strong> : null}
      {alert.alarms > 1 ? ` · sounded ${alert.alarms} times` : null}
    </p>
  );
}

function Deeds({ alert }: RowProps) {
  const of = title(alert);
  const unless = hindered.value;
  if (alert.state === "resolved") return null;
  const taken = alert.state === "acknowledged";
  const ask = (what: "acknowledge" | "snooze") => () => {
    asking.value = { what, alert };
  };
  return (
    <div class="actions">
      {taken ? null : (
        <Button kind="main" press={() => acknowledge(alert.fingerprint)} of={of} unless={unless}>
          Acknowledge
        </Button>
      )}
      <Button press={ask("acknowledge")} of={`for acknowledging ${of}`} unless={unless}>
        {taken ? "Other reason…" : "With a reason…"}
      </Button>
      {alert.state === "suppressed" ? null : (
        <Button press={ask("snooze")} of={of} unless={unless}>
          Snooze…
        </Button>
      )}
      <Button press={() => playAgain(alert.fingerprint)} of={of} unless={unless}>
        Play again
      </Button>
      {taken || alert.state === "snoozed" ? (
        <Button press={() => giveBack(alert.fingerprint)} of={of} unless={unless}>
          Give back
        </Button>
      ) : null}
    </div>
  );
}

function Details({ alert }: RowProps) {
  const groups = [
    ["Labels", Object.entries(alert.labels)],
    ["Annotations", Object.entries(alert.annotations)],
  ] as const;
  return (
    <details>
      <summary>
        Details<span class="unseen said"> of {title(alert)}</span>
      </summary>
      {groups.map(([name, entries]) =>
        entries.length ? (
          <div key={name}>
            <h3>{name}</h3>
            <dl class="facts">
              {entries.map(([key, value]) => (
                <div key={key}>
                  <dt class="said">{shown(key)}</dt>
                  <dd>
                    <Text text={value} most={6000} />
                  </dd>
                </div>
              ))}
            </dl>
          </div>
        ) : null,
      )}
      <p class="quiet said">
        {alert.route ? `Came in by ${alert.route}. ` : ""}
        {alert.silence ? `Silence in Alertmanager: ${alert.silence}. ` : ""}
        {alert.silenced_by.length ? `Suppressed by: ${alert.silenced_by.join(", ")}. ` : ""}
        Fingerprint {shown(alert.fingerprint)}.
      </p>
    </details>
  );
}
