/** The rules of the draft, each to be heard before it is saved. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Button } from "../../parts/Button.tsx";
import { RangeField } from "../../parts/Field.tsx";
import { complain } from "../../parts/toasts.ts";
import { audition, type Rule } from "./api.ts";
import { text } from "./draft.ts";
import { figure, type Knob, knobs, payload } from "./values.ts";

/** Milliseconds between two requests while a slider is moved. */
const PACE_MS = 120;

const SECTIONS = [
  ["alert", "Alerts: the first that matches is the one"],
  ["metric", "Metrics: every one that matches sounds"],
  ["sound", "Sounds of the pager itself"],
] as const;

interface RulesProps {
  readonly rules: readonly Rule[];
  /** Why nothing can be tried out now. */
  readonly unless: string | null;
}

export function Rules({ rules, unless }: RulesProps) {
  return (
    <>
      {SECTIONS.map(([kind, words]) => {
        const own = rules.filter((rule) => rule.kind === kind);
        return own.length ? (
          <section key={kind} class="stack" aria-labelledby={`score-${kind}`}>
            <h3 id={`score-${kind}`}>{words}</h3>
            <ul class="score-rules">
              {own.map((rule) => (
                <Audible key={`${rule.key} ${JSON.stringify(rule.mappings)}`} rule={rule} unless={unless} />
              ))}
            </ul>
          </section>
        ) : null;
      })}
    </>
  );
}

function Audible({ rule, unless }: { readonly rule: Rule; readonly unless: string | null }) {
  const sliders = knobs(rule);
  const values = useSignal(sliders.map(({ least, most }) => (least + most) / 2));
  const heard = useSignal("");
  const pace = useRef<{ busy: boolean; again: boolean }>({ busy: false, again: false });

  const play = async () => {
    const { params } = await audition(
      text.value,
      rule.key,
      rule.kind === "metric" ? payload(sliders, values.value) : null,
    );
    const told = Object.entries(params).map(([name, { value, units }]) => `${name} ${figure(value)} ${units}`.trim());
    heard.value = told.join(", ");
  };
  // one request at a time while a slider moves, and one more for where it came to rest
  const follow = async () => {
    if (unless) return;
    if (pace.current.busy) {
      pace.current.again = true;
      return;
    }
    pace.current.busy = true;
    try {
      await Promise.all([play(), new Promise((done) => setTimeout(done, PACE_MS))]);
    } catch (error) {
      pace.current.again = false;
      complain(error);
    }
    pace.current.busy = false;
    if (pace.current.again) {
      pace.current.again = false;
      follow();
    }
  };

  return (
    <li class="score-rule">
      <h4>{rule.name === rule.key ? rule.key : `${rule.name} (${rule.key})`}</h4>
      <p class="score-meant">
        {meant(rule)} → {rule.instrument}
      </p>
      {sliders.map((knob, index) => (
        <RangeField
          key={knob.path}
          label={labelled(rule, knob)}
          value={values.value[index] ?? knob.least}
          least={knob.least}
          most={knob.most}
          step={knob.step}
          words={figure(values.value[index] ?? knob.least)}
          change={(value) => {
            values.value = values.value.map((old, at) => (at === index ? value : old));
            follow();
          }}
        />
      ))}
      <div class="score-play">
        <Button press={play} of={rule.name} unless={unless}>
          Play
        </Button>
        {heard.value ? <span class="score-heard">{heard.value}</span> : null}
      </div>
    </li>
  );
}

function meant({ kind, match, stream }: Rule): string {
  if (kind === "metric") return stream;
  if (kind === "sound") return "when it is due";
  return match.length ? match.join(", ") : "every other alert";
}

function labelled({ stream }: Rule, { path, moves }: Knob): string {
  return `${path || `Value of ${stream}`} (moves ${moves.join(", ")})`;
}
