/** The last sounds in words, for those who do not hear them. They are not read out: the announcer tells of alerts. */

import { known } from "../state/store.ts";
import { heard } from "./captions.ts";
import { clock } from "./times.ts";

const SHOWN = 3;

export function Captions() {
  const last = known.value.captions.slice(-SHOWN);
  return (
    <aside class="captions" aria-label="Captions of the last sounds">
      {last.length ? (
        <ol>
          {last.map((caption) => (
            <li key={`${caption.at} ${caption.voice} ${caption.name}`} class="said">
              <span class="quiet">{clock(caption.at)}</span> <span class="said">{heard(caption)}</span>
              {caption.help ? `: ${caption.help}` : ""}
            </li>
          ))}
        </ol>
      ) : (
        <p class="quiet">No sound was struck since this page was opened.</p>
      )}
    </aside>
  );
}
