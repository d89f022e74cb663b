/** Every sound with its meaning, to listen to before a test. */

import { Button } from "../../parts/Button.tsx";
import { playHere } from "../../sound/sound.ts";
import { sound } from "../../state/store.ts";
import type { Instrument } from "./instruments.ts";
import { titled } from "./words.ts";

export function Browse({ sounds }: { readonly sounds: readonly Instrument[] }) {
  const unless = sound.value.state === "on" ? null : "start sound first";
  return (
    <section class="stack" aria-labelledby="learn-all">
      <h2 id="learn-all">All sounds</h2>
      <ul class="learn-sounds">
        {sounds.map(({ name, kind, meaning, help }) => (
          <li key={name} class="learn-sound">
            <h3>{titled(name)}</h3>
            <p>{titled(meaning) || help}</p>
            {meaning ? <p class="learn-caption">{help}</p> : null}
            <p class="learn-kind">
              {kind === "struck" ? "struck: it sounds once" : "held: it goes on while there are values"}
            </p>
            <Button press={() => playHere(name)} of={titled(name)} unless={unless}>
              Play
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
