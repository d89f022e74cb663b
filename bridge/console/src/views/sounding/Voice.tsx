/** A held voice: what it sounds, from which stream, by which rule. */

import { useId } from "preact/hooks";
import { Since } from "../../parts/Since.tsx";
import type { Voice } from "../../state/frames.ts";
import { mapped, mappingOf, plain, position } from "./range.ts";

export function Held({ voice }: { readonly voice: Voice }) {
  const id = useId();
  return (
    <article class="panel stack voice" aria-labelledby={id}>
      <h3 id={id} class="said">
        {voice.stream || voice.voice}
      </h3>
      <p class="said">{voice.why}</p>
      <dl class="facts">
        <div>
          <dt>Sound</dt>
          <dd class="said">
            {voice.instrument}
            {voice.help ? <span class="quiet">: {voice.help}</span> : null}
          </dd>
        </div>
        {voice.value === null ? null : (
          <div>
            <dt>Value</dt>
            <dd>
              {plain(voice.value)}
              {voice.at === null ? null : (
                <span class="quiet">
                  , <Since at={voice.at} />
                </span>
              )}
            </dd>
          </div>
        )}
        {voice.rule ? (
          <div>
            <dt>Rule</dt>
            <dd class="said">{voice.rule}</dd>
          </div>
        ) : null}
        <div>
          <dt>Voice</dt>
          <dd class="said quiet">
            {voice.voice}, {voice.priority}
          </dd>
        </div>
      </dl>
      <h4 class="unseen">Parameters</h4>
      <ul class="plain parameters">
        {Object.entries(voice.params).map(([name, { value, units }]) => (
          <Parameter key={name} voice={voice} name={name} value={value} units={units} />
        ))}
      </ul>
    </article>
  );
}

interface ParameterProps {
  readonly voice: Voice;
  readonly name: string;
  readonly value: number;
  readonly units: string;
}

function Parameter({ voice, name, value, units }: ParameterProps) {
  const mapping = mappingOf(voice, name);
  const along = mapping ? position(value, mapping) : null;
  return (
    <li class="parameter">
      <span>
        <strong>{name}</strong> {plain(value)}
        {units ? ` ${units}` : ""}
        {mapping ? "" : <span class="quiet"> (fixed)</span>}
      </span>
      {along === null ? null : (
        // a picture of the words beside it
        <meter aria-hidden="true" min={0} max={1} value={along} />
      )}
      {mapping ? (
        <span class="quiet said">
          {mapped(mapping)}
          {along === null ? "" : `: at ${Math.round(along * 100)} %`}
        </span>
      ) : null}
    </li>
  );
}
