/** A round of blind clips: one after the other is heard and named; the keys 1 to 4 answer, R plays again. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../parts/Button.tsx";
import { complain } from "../../parts/toasts.ts";
import { playHere } from "../../sound/sound.ts";
import type { Instrument } from "./instruments.ts";
import type { Answer, Question } from "./round.ts";
import { titled } from "./words.ts";

interface RoundProps {
  readonly questions: readonly Question[];
  readonly sounds: ReadonlyMap<string, Instrument>;
  readonly finish: (answers: readonly Answer[]) => void;
  readonly leave: () => void;
}

export function Round({ questions, sounds, finish, leave }: RoundProps) {
  const answers = useSignal<readonly Answer[]>([]);
  const said = useSignal<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const place = answers.value.length;
  const question = questions[place];

  const play = () => (question ? playHere(question.sound).catch(complain) : undefined);
  // a clip is played when its turn comes, and then only when asked
  useEffect(() => {
    heading.current?.focus();
    play();
  }, [place]);
  if (!question) return null;

  const answer = (name: string) => {
    if (said.value !== null) return;
    said.value = name;
    // after what is told has been rendered
    requestAnimationFrame(() => document.getElementById("learn-next")?.focus());
  };
  const next = () => {
    const given = [...answers.value, { sound: question.sound, said: said.value ?? "" }];
    if (given.length === questions.length) return finish(given);
    said.value = null;
    answers.value = given;
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const choice = question.choices[Number(event.key) - 1];
    if (choice !== undefined) answer(choice);
    else if (event.key === "r" || event.key === "R") play();
    else return;
    event.preventDefault();
  };

  return (
    // short cuts for the buttons within, heard only while the focus is there
    <section class="learn-round stack" aria-labelledby="learn-question" onKeyDown={press}>
      <h2 id="learn-question" tabIndex={-1} ref={heading}>
        Sound {place + 1} of {questions.length}: which is it?
      </h2>
      <p class="learn-keys">Keys: 1 to {question.choices.length} answer, R plays it again.</p>
      <Button press={play}>Play again</Button>
      <ol class="learn-choices">
        {question.choices.map((name, index) => (
          <li key={name}>
            <button
              type="button"
              class={`button learn-choice${said.value === null ? "" : mark(question.sound, name, said.value)}`}
              aria-disabled={said.value === null ? undefined : "true"}
              onClick={() => answer(name)}
            >
              <span class="learn-number" aria-hidden="true">
                {index + 1}
              </span>
              <span>
                <strong>{titled(name)}</strong>
                <span class="learn-meaning">{titled(sounds.get(name)?.meaning ?? "")}</span>
                {said.value !== null && name === question.sound ? <em>This was it.</em> : null}
                {said.value === name && name !== question.sound ? <em>Your answer.</em> : null}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <div role="status" class="learn-told">
        {said.value === null ? null : <Told sound={question.sound} said={said.value} sounds={sounds} />}
      </div>
      <div class="actions">
        {said.value === null ? null : (
          <Button kind="main" id="learn-next" press={next}>
            {place + 1 === questions.length ? "Show the score" : "Next sound"}
          </Button>
        )}
        <Button kind="quiet" press={leave}>
          Leave the test
        </Button>
      </div>
    </section>
  );
}

function mark(sound: string, name: string, said: string): string {
  if (name === sound) return " learn-right";
  return name === said ? " learn-wrong" : "";
}

interface ToldProps {
  readonly sound: string;
  readonly said: string;
  readonly sounds: ReadonlyMap<string, Instrument>;
}

function Told({ sound, said, sounds }: ToldProps) {
  const help = sounds.get(sound)?.help ?? "";
  if (said === sound) {
    return (
      <p>
        <strong>Right.</strong> {titled(sound)}: {help}
      </p>
    );
  }
  return (
    <>
      <p>
        <strong>Wrong.</strong> It was {titled(sound)}: {help}
      </p>
      <p>
        You said {titled(said)}, which is: {sounds.get(said)?.help ?? ""}
      </p>
    </>
  );
}
