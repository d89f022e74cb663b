/** The live regions: what is read out to those who do not see the page. */

import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Said } from "../state/announce.ts";
import { Herald } from "../state/herald.ts";
import { news } from "../state/news.ts";
import { bridgeNow, connection, known, sound } from "../state/store.ts";
import { hour } from "./times.ts";

/** Long enough for a screen reader to have taken it; what is gone cannot be found and read a second time. */
const STAYS_MS = 10_000;

interface Line extends Said {
  readonly key: number;
}

const lines = signal<readonly Line[]>([]);
let count = 0;

const herald = new Herald({
  say(said) {
    const fresh = said.map((each) => ({ ...each, key: ++count }));
    lines.value = [...lines.value, ...fresh];
    setTimeout(() => {
      lines.value = lines.value.filter((line) => !fresh.includes(line));
    }, STAYS_MS);
  },
  hour: (at) => hour(at, bridgeNow()),
  later: setTimeout.bind(window),
});

/** Follows the state from now on; the answer ends that. */
function follow(): () => void {
  let before = known.peek();
  // as it ought to be: what is otherwise from the first is told, too
  let up = true;
  let sounded = sound.peek().state;
  const ends = [
    effect(() => {
      const after = known.value;
      herald.tell(news(before, after));
      before = after;
    }),
    effect(() => {
      const { state } = connection.value;
      const open = state === "open";
      if (state === "connecting" || up === open) return;
      up = open;
      // the first time the desk's own sentence says so
      if (!open || known.peek().told) herald.tell([{ what: "line", up }]);
    }),
    effect(() => {
      const { state, why } = sound.value;
      if (state === "starting" || state === sounded) return;
      sounded = state;
      herald.tell([{ what: "sound", on: state === "on", why: why || "sound is off in this tab." }]);
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

export function Announcer() {
  useEffect(follow, []);
  return <Regions />;
}

/** What is to be read out; in a modal dialog once more, for all that is beside one is not read. */
export function Regions() {
  const told = (loud: boolean) =>
    lines.value.filter((line) => line.loud === loud).map(({ key, text }) => <p key={key}>{text}</p>);
  return (
    <div class="unseen">
      <div aria-live="assertive" data-announcer="loud">
        {told(true)}
      </div>
      <div aria-live="polite" data-announcer="polite">
        {told(false)}
      </div>
    </div>
  );
}
