/** The page around its views: head, navigation, the banner that says when it is silent, the captions, the live regions. */

import type { ComponentChildren } from "preact";
import { stop } from "../sound/sound.ts";
import { VIEWS, type View, view } from "../state/route.ts";
import { connection, sound } from "../state/store.ts";
import { Announcer } from "./Announcer.tsx";
import { Banner } from "./Banner.tsx";
import { Button } from "./Button.tsx";
import { Captions } from "./Captions.tsx";
import { ChoiceField } from "./Field.tsx";
import { focusView } from "./focus.ts";
import { Shape } from "./Severity.tsx";
import { Toasts } from "./Toasts.tsx";
import { THEMES, type Theme, theme } from "./theme.ts";

/** What the views are called. */
export const TITLES: Readonly<Record<View, string>> = {
  desk: "Desk",
  sounding: "Sounding",
  time: "Time",
  mixer: "Mixer",
  score: "Score",
  learn: "Learn",
  chain: "Chain",
  about: "About",
  noc: "Wall",
};

export function Frame({ children }: { readonly children: ComponentChildren }) {
  // a wall screen has no controls
  const wall = view.value === "noc";
  return (
    <>
      <Announcer />
      {wall ? (
        <main id="view" class="wall">
          {children}
        </main>
      ) : (
        <div class="frame">
          <Head />
          <Views />
          <Banner />
          <main id="view">{children}</main>
          <Captions />
        </div>
      )}
      <Toasts />
    </>
  );
}

function Head() {
  return (
    <header class="head">
      <a
        class="skip unseen"
        href={`#/${view.value}`}
        onClick={(event) => {
          event.preventDefault();
          focusView();
        }}
      >
        Skip to the view
      </a>
      <p class="brand">
        <Mark />
        The Singing Pager
      </p>
      <Line />
      {sound.value.state === "on" ? <Button press={stop}>Stop sound</Button> : null}
      <ChoiceField<Theme>
        label="Theme"
        unseen
        value={theme.value}
        options={THEMES.map((name) => [name, `${name.charAt(0).toUpperCase()}${name.slice(1)} theme`])}
        change={(chosen) => {
          theme.value = chosen;
        }}
      />
    </header>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" stroke-width="2">
      <path d="M4 10v4h4l5 4V6l-5 4z" fill="currentColor" />
      <path d="M16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12" stroke-linecap="round" />
    </svg>
  );
}

const WORDS = {
  connecting: "Connecting to the pager…",
  open: "Connected",
  lost: "Connection lost, trying again",
  refused: "Refused by the pager",
} as const;

/** The state of the line and of the sound, in words. */
function Line() {
  const { state } = connection.value;
  const sounds = sound.value.state === "on";
  return (
    <p class="line">
      <Shape severity={state === "open" ? "ok" : "critical"} />
      <span>
        {WORDS[state]}
        {state === "open" ? (sounds ? ", sound is on" : ", no sound in this tab") : ""}
      </span>
    </p>
  );
}

function Views() {
  return (
    <nav class="views" aria-label="Views">
      <ul class="plain">
        {VIEWS.map((name) => (
          <li key={name}>
            <a href={`#/${name}`} aria-current={view.value === name ? "page" : undefined}>
              {TITLES[name]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
