/** The score: its text, checked while it is written, heard before it is saved. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { hindered } from "../parts/allowed.ts";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { tell } from "../parts/toasts.ts";
import type { Fault } from "./score/api.ts";
import {
  bringBack,
  dirty,
  dropped,
  edit,
  faults,
  keepMine,
  kept,
  load,
  revert,
  rules,
  save,
  takeTheirs,
  text,
  theirs,
  trouble,
} from "./score/draft.ts";
import { Editor } from "./score/Editor.tsx";
import { Faults } from "./score/Faults.tsx";
import { guard, leave } from "./score/leaving.ts";
import { Rules } from "./score/Rules.tsx";
import { selection } from "./score/text.ts";
import "../style/score.css";

const COUNT = "score-count";

export function Score() {
  const area = useRef<HTMLTextAreaElement>(null);
  const leaving = useSignal<string | null>(null);
  const going = useRef(false);
  useEffect(() => {
    load();
    return guard((address) => {
      leaving.value = address;
    });
  }, [leaving]);

  const go = (fault: Fault) => {
    const field = area.current;
    if (!field) return;
    const [begin, end] = selection(text.value, fault);
    field.focus();
    field.setSelectionRange(begin, end);
    const line = Number.parseFloat(getComputedStyle(field).lineHeight) || 20;
    field.scrollTop = Math.max(0, (fault.line - 1) * line - field.clientHeight / 3);
  };
  const wrong = new Set(faults.value?.map(({ line }) => line));

  return (
    <div class="score stack">
      <h1 tabIndex={-1}>Score</h1>
      {trouble.value ? (
        <p role="alert">
          {kept.value ? "The text cannot be checked now" : "The score is not known now"}: {trouble.value}.{" "}
          {kept.value ? null : <Button press={load}>Try again</Button>}
        </p>
      ) : null}
      {kept.value ? (
        <>
          <Clash />
          <div class="score-halves">
            <section class="stack" aria-labelledby="score-written">
              <h2 id="score-written">Text</h2>
              <Deeds />
              <Editor
                text={text.value}
                change={edit}
                wrong={wrong}
                described={COUNT}
                area={area}
                toFault={() => {
                  const first = faults.value?.[0];
                  if (first) go(first);
                }}
              />
              <Faults id={COUNT} faults={faults.value} go={go} />
            </section>
            <section class="stack" aria-labelledby="score-heard">
              <h2 id="score-heard">Rules, to be heard</h2>
              <p>As the text on this page has them, saved or not. Everybody who listens to this pager hears it.</p>
              <Rules rules={rules.value} unless={unheard()} />
            </section>
          </div>
        </>
      ) : trouble.value ? null : (
        <p role="status">Asking for the score …</p>
      )}
      {leaving.value === null ? null : (
        <Dialog
          title="Leave the score unsaved?"
          deed="Leave"
          close={() => {
            const address = leaving.value;
            leaving.value = null;
            if (going.current && address !== null) leave(address);
            going.current = false;
          }}
          commit={() => {
            going.current = true;
          }}
        >
          <p>Your changes are not saved. They stay in this page until it is closed.</p>
        </Dialog>
      )}
    </div>
  );
}

function Deeds() {
  return (
    <>
      <p class="score-place">
        {kept.value?.path || "the score that came with the pager"}
        {dirty.value ? <strong> · not saved</strong> : " · saved"}
      </p>
      <div class="actions">
        <Button
          kind={unsaved() === null ? "main" : "plain"}
          unless={unsaved()}
          press={async () => {
            if (await save()) tell("The score is saved, and sounds.");
          }}
        >
          Save
        </Button>
        {dropped.value ? (
          <Button press={bringBack}>Bring my changes back</Button>
        ) : (
          <Button press={revert} unless={dirty.value ? null : "nothing is changed"}>
            Revert
          </Button>
        )}
      </div>
      {kept.value?.writable === false ? (
        <p class="score-fixed">
          {kept.value.path
            ? "The pager may not write this file: give its user the right to write it and its folder, and start the pager again."
            : "This score came with the pager and cannot be saved: copy the text to a file, set SCORE to its path, and start the pager again. It can be changed and heard here all the same."}
        </p>
      ) : null}
    </>
  );
}

function Clash() {
  if (!theirs.value) return null;
  return (
    <div role="alert" class="score-clash">
      <p>
        <strong>Somebody else has saved the score meanwhile.</strong> Nothing of yours is saved or lost.
      </p>
      <div class="actions">
        <Button press={takeTheirs}>Load theirs, drop my changes</Button>
        <Button press={keepMine}>Keep editing; my next save takes its place</Button>
      </div>
    </div>
  );
}

/** Why the draft cannot be saved now. */
function unsaved(): string | null {
  if (hindered.value) return hindered.value;
  if (kept.value?.writable === false) return "the score cannot be written";
  if (theirs.value) return "somebody else has saved meanwhile";
  if (!dirty.value) return "nothing is changed";
  return unchecked();
}

/** Why nothing can be tried out now. */
function unheard(): string | null {
  return hindered.value ?? unchecked();
}

function unchecked(): string | null {
  if (faults.value === null) return "the text is being checked";
  return faults.value.length ? "the text has faults" : null;
}
