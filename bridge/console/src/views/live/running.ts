/** The loop that looks at the real output: 25 times a second while it is seen and sounds, not at all else. */

import { analyser } from "../../sound/sound.ts";
import { brightness, type Row, rows, strongest } from "./bands.ts";
import { along, type Held, hold, type Level, SILENCE, shownOf } from "./level.ts";
import { Picture, ROWS } from "./picture.ts";
import { Tap } from "./tap.ts";
import { dark, theme } from "./theme.ts";

/** Columns that are drawn in a second. */
export const PACE = 25;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** What is told in words, once a second. */
export interface Told {
  readonly level: Level;
  /** Strongest frequency in Hz; null: silent. */
  readonly hertz: number | null;
}

export const NOTHING_TOLD: Told = { level: SILENCE, hertz: null };

/** The parts that the loop moves. */
export interface Moved {
  readonly canvas: HTMLCanvasElement;
  readonly rms: HTMLElement;
  readonly peak: HTMLElement;
  readonly held: HTMLElement;
}

/** Runs until the function that it gives back is called. */
export function run(moved: Moved, tell: (told: Told) => void): () => void {
  const picture = new Picture(moved.canvas, dark());
  const forget = theme.subscribe(() => picture.paint(dark()));
  let tap: Tap | null = null;
  let plan: readonly Row[] = [];
  let held: Held = { peak: -Infinity, at: 0 };
  let [frame, drawn, said, seen] = [0, 0, 0, true];

  const look = (ms: number) => {
    frame = seen ? requestAnimationFrame(look) : 0;
    // a frame that comes a little early counts, or a screen of 60 Hz would give 20 columns a second
    if (ms - drawn < 1000 / PACE - 5) return;
    drawn = ms;
    const from = analyser();
    if (from !== (tap?.from ?? null)) {
      tap?.close();
      tap = from && new Tap(from);
      plan = tap ? rows(ROWS, tap.rate, tap.size) : [];
    }
    const level = tap?.level() ?? SILENCE;
    held = hold(held, level.peak, ms / 1000);
    place(moved.rms, level.rms, "width");
    place(moved.peak, level.peak, "width");
    place(moved.held, shownOf(held, ms / 1000), "place");
    const due = ms - said >= 1000;
    if (tap && (due || !STILL.matches)) brightness(tap.read(), plan, picture.column);
    if (!STILL.matches) picture.scroll();
    if (!due) return;
    said = ms;
    if (STILL.matches) picture.still();
    tell({ level, hertz: tap && strongest(tap.spectrum, tap.rate) });
  };

  const watch = new IntersectionObserver(([entry]) => {
    seen = entry?.isIntersecting ?? true;
    if (seen && !frame) frame = requestAnimationFrame(look);
  });
  watch.observe(moved.canvas);
  frame = requestAnimationFrame(look);
  return () => {
    watch.disconnect();
    cancelAnimationFrame(frame);
    seen = false;
    tap?.close();
    forget();
  };
}

function place(part: HTMLElement, level: number, how: "width" | "place"): void {
  const share = along(level);
  part.style.transform = how === "width" ? `scaleX(${share})` : `translateX(${share * 100}%)`;
}
