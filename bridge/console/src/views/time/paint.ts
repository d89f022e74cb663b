/** What uPlot does not draw by itself: spans as bands behind, deeds of people as marks above. */

import type uPlot from "uplot";
import type { Entry } from "../../state/frames.ts";
import { token } from "../live/theme.ts";
import type { Lasting, Span } from "./spans.ts";

/** Colours of the page, as they are now. */
export interface Colours {
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly ground: string;
  readonly alarms: string;
  readonly anomaly: string;
  readonly spans: Readonly<Record<Lasting, string>>;
}

export function colours(): Colours {
  return {
    ink: token("ink", "CanvasText"),
    quiet: token("quiet-ink", "CanvasText"),
    line: token("line", "#999999"),
    ground: token("ground", "Canvas"),
    alarms: token("critical", "#b00020"),
    anomaly: token("accent", "#0060c0"),
    spans: {
      flood: token("warning", "#8a5a00"),
      mute: token("quiet-ink", "#555555"),
      meeting: token("info", "#00589c"),
    },
  };
}

const LANE = 16;
const MARKS: Readonly<Record<string, "taken" | "over">> = { acknowledged: "taken", snoozed: "taken", resolved: "over" };
const LANES: readonly Lasting[] = ["flood", "mute", "meeting"];

/** CSS pixels above the plot that marks take. */
export const HEAD = 22;

/** Bands behind everything, each with its line in a height of its own: colour is not all that tells them apart. */
export function bands(plot: uPlot, spans: readonly Span[], { spans: hues }: Colours): void {
  within(plot, (ctx, ratio) => {
    for (const span of spans) {
      const { left, top, wide } = place(plot, span);
      ctx.fillStyle = hues[span.kind];
      ctx.globalAlpha = 0.12;
      ctx.fillRect(left, plot.bbox.top, wide, plot.bbox.height);
      ctx.globalAlpha = 1;
      ctx.fillRect(left, top, wide, 2 * ratio);
    }
  });
}

/** Names of bands, before everything, where there is room for them. */
export function names(plot: uPlot, spans: readonly Span[], { spans: hues, ground }: Colours): void {
  within(plot, (ctx, ratio) => {
    ctx.font = `${12 * ratio}px system-ui, sans-serif`;
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.lineWidth = 4 * ratio;
    for (const span of spans) {
      const { left, top, wide } = place(plot, span);
      if (ctx.measureText(span.kind).width + 6 * ratio > wide) continue;
      const at = [span.kind, left + 3 * ratio, top + (LANE / 2 + 2) * ratio] as const;
      ctx.strokeStyle = ground;
      ctx.strokeText(...at);
      ctx.fillStyle = hues[span.kind];
      ctx.fillText(...at);
    }
  });
}

function within(plot: uPlot, draw: (ctx: CanvasRenderingContext2D, ratio: number) => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx, devicePixelRatio);
  ctx.restore();
}

function place(plot: uPlot, { kind, from, to }: Span): { left: number; top: number; wide: number } {
  const left = Math.max(plot.bbox.left, plot.valToPos(from, "x", true));
  const wide = Math.max(2 * devicePixelRatio, plot.valToPos(to, "x", true) - left);
  return { left, wide, top: plot.bbox.top + LANES.indexOf(kind) * LANE * devicePixelRatio };
}

/** Marks above the plot: a tick for what somebody took, a ring for what is over. */
export function marks(plot: uPlot, entries: readonly Entry[], { ink }: Colours): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const size = 4 * ratio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = ink;
  ctx.lineWidth = 1.5 * ratio;
  for (const { at, deed } of entries) {
    const kind = MARKS[deed];
    const x = plot.valToPos(at, "x", true);
    if (!kind || x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    if (kind === "over") {
      ctx.arc(x, bbox.top - 6 * ratio, size * 0.8, 0, 2 * Math.PI);
    } else {
      const y = bbox.top - 16 * ratio;
      ctx.moveTo(x - size, y);
      ctx.lineTo(x - size * 0.2, y + size * 0.8);
      ctx.lineTo(x + size, y - size * 0.9);
    }
    ctx.stroke();
  }
  ctx.restore();
}
