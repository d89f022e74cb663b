/** About the page: its version, who you are to the journal, the keyboard, privacy, and the licence of each part. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../parts/Button.tsx";
import { TextField } from "../parts/Field.tsx";
import { tell } from "../parts/toasts.ts";
import { callMe, me } from "../state/api.ts";
import type { Hello } from "../state/frames.ts";
import { known } from "../state/store.ts";
import { askLicences, type Licence } from "./about/licences.ts";
import "../style/about.css";

const KEYS = [
  ["Tab, Shift+Tab", "to the next and the previous control"],
  ["Enter, Space", "presses a button, follows a link, opens what is folded"],
  ["Arrow keys", "move a slider or a choice"],
  ["Escape", "closes a question without doing anything; leaves the wall"],
  ["1 to 4, R", "in a test of “Learn the sounds”: answer, play again"],
  ["Control+Enter", "in the score: goes to the first fault"],
] as const;

export function About() {
  const hello = known.value.hello;
  return (
    <div class="about stack">
      <h1 tabIndex={-1}>About</h1>
      <p>
        {hello
          ? `The Singing Pager ${hello.version}. ${granted(hello)}`
          : "The Singing Pager; this page is not connected."}
      </p>
      <Name />
      <section class="stack" aria-labelledby="about-keys">
        <h2 id="about-keys">Keyboard</h2>
        <dl class="about-keys">
          {KEYS.map(([keys, does]) => (
            <div key={keys}>
              <dt>{keys}</dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section class="stack" aria-labelledby="about-privacy">
        <h2 id="about-privacy">Privacy</h2>
        <p>
          This page talks to the pager that it came from, and to nobody else. What it keeps stays in this browser: your
          name, your results in “Learn the sounds”, how you set the page.
        </p>
      </section>
      <Licences />
    </div>
  );
}

function granted({ user, roles }: Hello): string {
  return `You are let in ${user ? `as ${user} ` : ""}to: ${roles.join(", ") || "nothing"}.`;
}

function Name() {
  const name = useSignal(me());
  return (
    <section class="stack" aria-labelledby="about-name">
      <h2 id="about-name">Your name</h2>
      <form
        class="about-name"
        onSubmit={(event) => {
          event.preventDefault();
          keep(name.value);
        }}
      >
        <TextField
          label="Name in the journal"
          hint="Who has an alert, and who muted the pager. Empty: the name of your token, or “http”. It is kept in this browser."
          value={name.value}
          most={200}
          change={(value) => {
            name.value = value;
          }}
        />
        <Button kind="main" press={() => keep(name.value)}>
          Keep this name
        </Button>
      </form>
    </section>
  );
}

function keep(name: string): void {
  callMe(name);
  tell(me() ? `You are ${me()} to the journal.` : "You have no name of your own to the journal.");
}

function Licences() {
  const parts = useSignal<readonly Licence[] | string | null>(null);
  useEffect(() => {
    askLicences().then(
      (found) => {
        parts.value = found;
      },
      (error: unknown) => {
        parts.value = error instanceof Error ? error.message : String(error);
      },
    );
  }, [parts]);
  const found = parts.value;
  return (
    <section class="stack" aria-labelledby="about-licences">
      <h2 id="about-licences">Licences</h2>
      <p>
        The sound is made by scsynth, SuperCollider's server, as WebAssembly. It is free software under the GNU General
        Public License, version 3 or later (GPL-3.0-or-later): a work of its own, loaded from its own files (
        <code>/page/scsynth/</code>) when sound is started, and no part of this page, which talks to it in OSC messages.
        Its source is in SuperSonic's public repository, <code>github.com/samaaron/supersonic</code>, and in
        SuperCollider's, <code>github.com/supercollider/supercollider</code>.
      </p>
      {typeof found === "string" ? <p role="alert">The licences cannot be shown now: {found}.</p> : null}
      {Array.isArray(found) ? (
        <ul class="about-parts">
          {found.map(({ name, version, licence, source, text }) => (
            <li key={`${name} ${version}`}>
              <details>
                <summary>
                  {name} {version}, {licence}
                </summary>
                {source ? <p>Source: {source}</p> : null}
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
                <section tabIndex={0} aria-label={`Licence of ${name}`} class="about-text">
                  <pre>{text}</pre>
                </section>
              </details>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
