/** Learn the sounds: every sound with its meaning, and rounds of blind clips with a score. All of it is heard in this tab only. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { tell } from "../parts/toasts.ts";
import { bridgeNow, sound } from "../state/store.ts";
import { Browse } from "./learn/Browse.tsx";
import { type Instrument, instruments, learnInstruments } from "./learn/instruments.ts";
import { Round } from "./learn/Round.tsx";
import { added, forget, load, NONE, save } from "./learn/results.ts";
import { type Answer, type Question, round } from "./learn/round.ts";
import { Kept, Scored } from "./learn/Scored.tsx";
import "../style/learn.css";

const POOLS = [
  ["Test the alarms and signs", (each: Instrument) => each.kind === "struck"],
  ["Test the ambience", (each: Instrument) => each.kind === "held"],
  ["Test all sounds", () => true],
] as const;

export function Learn() {
  useEffect(() => {
    learnInstruments();
  }, []);
  const known = instruments.value;
  return (
    <div class="learn stack">
      <h1 tabIndex={-1}>Learn the sounds</h1>
      {known === null ? <p role="status">Asking which sounds there are …</p> : null}
      {typeof known === "string" ? (
        <p role="alert">
          The sounds are not known: {known}. <Button press={learnInstruments}>Try again</Button>
        </p>
      ) : null}
      {Array.isArray(known) ? <Lessons sounds={known} /> : null}
    </div>
  );
}

function Lessons({ sounds }: { readonly sounds: readonly Instrument[] }) {
  const questions = useSignal<readonly Question[] | null>(null);
  const answers = useSignal<readonly Answer[] | null>(null);
  const results = useSignal(load());
  const asks = useSignal(false);
  const byName = new Map(sounds.map((each) => [each.name, each]));

  const begin = (belongs: (each: Instrument) => boolean) => {
    answers.value = null;
    questions.value = round(
      sounds.filter(belongs).map(({ name }) => name),
      crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    );
  };
  const finish = (given: readonly Answer[]) => {
    questions.value = null;
    answers.value = given;
    results.value = added(results.value, given, bridgeNow());
    if (!save(results.value)) tell("This browser keeps nothing: the score is gone with the page.");
    requestAnimationFrame(() => document.getElementById("learn-score")?.focus());
  };
  const leave = () => {
    questions.value = null;
    requestAnimationFrame(() => document.getElementById("learn-test")?.focus());
  };

  if (questions.value) return <Round questions={questions.value} sounds={byName} finish={finish} leave={leave} />;
  const unless = sound.value.state === "on" ? null : "start sound first";
  return (
    <>
      <p>What is played here is heard in this tab only. Real alarms sound meanwhile as ever.</p>
      {unless ? <p>Sound is not started in this tab: start it first, clips need it.</p> : null}
      {answers.value ? <Scored answers={answers.value} /> : null}
      <section class="stack" aria-labelledby="learn-test">
        <h2 id="learn-test" tabIndex={-1}>
          Test yourself
        </h2>
        <p>Each sound comes once, unnamed; you say which it is.</p>
        <div class="actions">
          {POOLS.map(([words, belongs]) => (
            <Button key={words} press={() => begin(belongs)} unless={unless}>
              {words}
            </Button>
          ))}
        </div>
      </section>
      <section class="stack" aria-labelledby="learn-results">
        <h2 id="learn-results">Your results in this browser</h2>
        <Kept results={results.value} />
        {results.value.rounds.length ? (
          <Button
            press={() => {
              asks.value = true;
            }}
          >
            Forget my results…
          </Button>
        ) : null}
        {asks.value ? (
          <Dialog
            title="Forget your results?"
            deed="Forget them"
            kind="danger"
            commit={() => {
              forget();
              results.value = NONE;
              tell("Your results are forgotten.");
            }}
            close={() => {
              asks.value = false;
            }}
          >
            <p>They are in this browser only, and cannot be brought back.</p>
          </Dialog>
        ) : null}
      </section>
      <Browse sounds={sounds} />
    </>
  );
}
