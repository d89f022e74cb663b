/** The real output of this tab: spectrogram and level meter. */

import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { sound } from "../../state/store.ts";
import { height } from "./bands.ts";
import { along, BOTTOM, CEILING, FLOOR, spoken } from "./level.ts";
import { COLUMNS } from "./picture.ts";
import { NOTHING_TOLD, PACE, run, type Told } from "./running.ts";
import "../../style/live.css";

const FREQUENCIES = [
  [100, "100 Hz"],
  [300, "300 Hz"],
  [1000, "1 kHz"],
  [3000, "3 kHz"],
  [8000, "8 kHz"],
] as const;

const LEVELS = [-60, -40, -20] as const;

export function Live() {
  const on = sound.value.state === "on";
  const told = useSignal<Told>(NOTHING_TOLD);
  const canvas = useRef<HTMLCanvasElement>(null);
  const rms = useRef<HTMLDivElement>(null);
  const peak = useRef<HTMLDivElement>(null);
  const held = useRef<HTMLDivElement>(null);
  const description = useId();

  useEffect(() => {
    if (!on || !canvas.current || !rms.current || !peak.current || !held.current) return;
    const moved = { canvas: canvas.current, rms: rms.current, peak: peak.current, held: held.current };
    const stop = run(moved, (said) => {
      told.value = said;
    });
    return () => {
      stop();
      told.value = NOTHING_TOLD;
    };
  }, [on, told]);

  const { level, hertz } = told.value;
  return (
    <div class="live">
      <div class="live-picture">
        <canvas
          ref={canvas}
          role="img"
          aria-label="Spectrogram of what this tab sounds"
          aria-describedby={description}
          class={on ? "live-canvas" : "live-canvas live-off"}
        />
        <div class="live-scale" aria-hidden="true">
          {FREQUENCIES.map(([frequency, name]) => (
            <span key={name} style={{ bottom: `${100 * height(frequency)}%` }}>
              {name}
            </span>
          ))}
        </div>
      </div>
      <p id={description} class="live-words">
        {hertz === null ? "Spectrum: silent" : `Strongest: ${Math.round(hertz)} Hz`}
        <span class="live-quiet">{`50 Hz to 12 kHz, the last ${Math.round(COLUMNS / PACE)} s`}</span>
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a <meter> has no room for peak, hold and mark, nor words for its value */}
      <div
        class="live-meter"
        role="meter"
        aria-label="Level of what this tab sounds"
        aria-valuemin={FLOOR}
        aria-valuemax={0}
        aria-valuenow={Math.round(Math.min(0, Math.max(FLOOR, level.rms)))}
        aria-valuetext={spoken(level.rms)}
      >
        <div ref={peak} class="live-bar live-peak" />
        <div ref={rms} class="live-bar live-rms" />
        <div ref={held} class="live-held" />
        <div class="live-ceiling" style={{ left: `${100 * along(CEILING)}%` }} />
      </div>
      <div class="live-levels" aria-hidden="true">
        <span style={{ left: "0%" }}>{`−${-BOTTOM}`}</span>
        {LEVELS.map((mark) => (
          <span key={mark} style={{ left: `${100 * along(mark)}%` }}>{`−${-mark}`}</span>
        ))}
        <span class="live-last">−1 dBFS</span>
      </div>
      <p class="live-words">
        {`RMS ${spoken(level.rms)}, peak ${spoken(level.peak)}`}
        {level.peak > CEILING && <strong> over −1 dBFS</strong>}
      </p>
    </div>
  );
}
