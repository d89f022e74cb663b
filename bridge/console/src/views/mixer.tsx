/** How loud what is: for every engine, every tab, everybody. */

import { Hush } from "./mixer/Hush.tsx";
import { Slider } from "./mixer/Strip.tsx";
import { Tests } from "./mixer/Tests.tsx";

export function Mixer() {
  return (
    <div class="stack">
      <h1>Mixer</h1>
      <p class="quiet">What is set here holds for every engine and every open tab, and is kept over a restart.</p>
      <div class="columns">
        <section class="panel stack" aria-labelledby="levels">
          <h2 id="levels">Levels</h2>
          <Slider strip="master" label="Master" hint="Everything." />
          <Slider strip="critical" label="Critical" hint="Critical alarms." />
          <Slider strip="speech" label="Speech" hint="What is spoken." />
          <Slider strip="warning" label="Warning" hint="Warnings." />
          <Slider strip="info" label="Info" hint="Information, recovery, heartbeat." />
          <Slider strip="ambience" label="Ambience" hint="Held voices of metrics." />
        </section>
        <Hush />
      </div>
      <Tests />
    </div>
  );
}
