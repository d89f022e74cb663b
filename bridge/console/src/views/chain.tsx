/** The chain that alerts come by, link by link, and whether the alerting is well. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Severity, Shape } from "../parts/Severity.tsx";
import { Since } from "../parts/Since.tsx";
import { span } from "../parts/times.ts";
import { ask } from "../state/api.ts";
import { connection, known, lineSince, sound } from "../state/store.ts";
import { shown } from "../state/text.ts";
import { lines, percent, type Report, VERDICTS } from "./chain/figures.ts";
import { line, own, type Shown, told } from "./chain/links.ts";
import "../style/chain.css";

const REFRESH_MS = 10_000;

export function Chain() {
  const links = [
    ...known.value.links.map(told),
    line({ ...connection.value, since: lineSince.value }),
    own(sound.value),
  ];
  return (
    <div class="chain stack">
      <h1 tabIndex={-1}>Chain</h1>
      <section class="stack" aria-labelledby="chain-links">
        <h2 id="chain-links">Links</h2>
        <ul class="chain-links">{links.map(link)}</ul>
      </section>
      <section class="stack" aria-labelledby="chain-figures">
        <h2 id="chain-figures">Is the alerting well?</h2>
        <Figures />
      </section>
    </div>
  );
}

function link({ name, what, state, word, since, detail }: Shown) {
  return (
    <li key={name} class={`chain-link chain-${state}`}>
      <h3>{name}</h3>
      <p>
        <Shape severity={{ up: "ok", down: "critical", rest: "info" }[state]} /> <strong>{word}</strong>
        {since === null ? null : (
          <>
            {" "}
            for <Since at={since} bare />
          </>
        )}
      </p>
      {detail ? <p>{detail}</p> : null}
      {what ? <p class="chain-what">{what}</p> : null}
    </li>
  );
}

function Figures() {
  const report = useSignal<Report | null>(null);
  const fault = useSignal("");
  useEffect(() => {
    const refresh = async () => {
      if (document.hidden) return;
      try {
        report.value = (await ask<{ kpi: Report }>("GET", "/api/kpi")).kpi;
        fault.value = "";
      } catch (error) {
        fault.value = error instanceof Error ? error.message : String(error);
      }
    };
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, [report, fault]);
  const known = report.value;
  return (
    <>
      {fault.value ? <p role="alert">The figures are not known now: {fault.value}.</p> : null}
      {known ? <Known report={known} /> : null}
    </>
  );
}

function Known({ report }: { readonly report: Report }) {
  return (
    <>
      <p>
        In the last {span(report.covers)}: {report.fired} fired, {report.sounded} sounded, {report.acknowledged}{" "}
        acknowledged. {report.flooding ? <strong>A flood goes on.</strong> : null}
      </p>
      <dl class="chain-figures">
        {lines(report).map(({ name, value, verdict, bound, names }) => (
          <div key={name} class="chain-figure">
            <dt>{name}</dt>
            <dd class="chain-value">{value}</dd>
            {verdict ? (
              <dd>
                <Severity severity={VERDICTS[verdict][1]} word={VERDICTS[verdict][0]} />
              </dd>
            ) : null}
            {names.length ? <dd class="chain-names">{shown(names.join(", "))}</dd> : null}
            <dd class="chain-what">Recommended: {bound}</dd>
          </div>
        ))}
      </dl>
      {report.sources.length ? (
        <section aria-labelledby="chain-sources">
          <h3 id="chain-sources">Top sources</h3>
          <ol class="chain-sources">
            {report.sources.map(({ name, count, share }) => (
              <li key={name}>
                {shown(name)}: {count === 1 ? "once" : `${count} times`}, {percent(share)}
              </li>
            ))}
          </ol>
        </section>
      ) : null}
      <p class="chain-what">Patterned after ISA-18.2 and EEMUA 191. The shares are meant for hundreds of rules.</p>
    </>
  );
}
