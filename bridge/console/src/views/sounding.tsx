/** What is heard now, and why. */

import { heard } from "../parts/captions.ts";
import { Shape } from "../parts/Severity.tsx";
import { Since } from "../parts/Since.tsx";
import { clock } from "../parts/times.ts";
import { connection, known } from "../state/store.ts";
import { Live } from "./live/live.tsx";
import { Held } from "./sounding/Voice.tsx";

/** Struck sounds that are listed. */
const STRUCK = 20;

export function Sounding() {
  return (
    <div class="stack">
      <h1>Sounding</h1>
      <section class="stack" aria-labelledby="output">
        <h2 id="output">What comes out of this tab</h2>
        <Live />
      </section>
      <Voices />
      <Struck />
      <Alive />
    </div>
  );
}

function Voices() {
  const { voices, told } = known.value;
  return (
    <section class="stack" aria-labelledby="held">
      <h2 id="held">Held voices{voices.length ? ` (${voices.length})` : ""}</h2>
      {voices.length ? (
        <div class="columns">
          {voices.map((voice) => (
            <Held key={voice.voice} voice={voice} />
          ))}
        </div>
      ) : (
        <p class="quiet">
          {told && connection.value.state === "open"
            ? "No voice is held: no stream that the score sounds has a value now."
            : "What is held is not known: this page is not connected."}
        </p>
      )}
    </section>
  );
}

function Struck() {
  const last = known.value.captions.slice(-STRUCK).reverse();
  return (
    <section class="stack" aria-labelledby="struck">
      <h2 id="struck">Last struck sounds</h2>
      {last.length ? (
        <ol class="struck panel">
          {last.map((caption) => (
            <li key={`${caption.at} ${caption.voice} ${caption.instrument} ${caption.name}`}>
              <span class="quiet">{clock(caption.at)}</span>{" "}
              {caption.severity ? <Shape severity={caption.severity} /> : null}{" "}
              <span class="said">
                {heard(caption)} <span class="quiet">{caption.help}</span>
              </span>
            </li>
          ))}
        </ol>
      ) : (
        <p class="quiet">None since this page was opened.</p>
      )}
    </section>
  );
}

/** The proof of life. */
function Alive() {
  const { heartbeat } = known.value;
  return (
    <p class="quiet">
      {heartbeat === null ? (
        "No heartbeat was heard since this page was opened."
      ) : (
        <>
          Last heartbeat <Since at={heartbeat} />.
        </>
      )}
    </p>
  );
}
