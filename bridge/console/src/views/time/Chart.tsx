/** The hours as a picture, by uPlot; what it shows is in the list beside it, too. */

import type { ReadonlySignal } from "@preact/signals";
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { clock, hour } from "../../parts/times.ts";
import type { Entry } from "../../state/frames.ts";
import { theme } from "../live/theme.ts";
import { bands, type Colours, colours, HEAD, marks, names } from "./paint.ts";
import type { Span } from "./spans.ts";
import type { Steps } from "./steps.ts";

/** All that is drawn. */
export interface Drawn {
  readonly from: number;
  readonly to: number;
  readonly steps: Steps;
  readonly spans: readonly Span[];
  readonly entries: readonly Entry[];
}

const HEIGHT = 300;

export function Chart({ drawn, label }: { readonly drawn: ReadonlySignal<Drawn>; readonly label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const pointed = useSignal<number | null>(null);

  useEffect(() => {
    const around = place.current;
    if (!around) return;
    const resize = new ResizeObserver(() => {
      const width = Math.floor(around.clientWidth);
      if (width > 0) chart.current?.setSize({ width, height: HEIGHT });
    });
    resize.observe(around);
    // made anew when colours change: uPlot keeps those that it was made with
    const forget = theme.subscribe(() => {
      chart.current?.destroy();
      const made = options(around.clientWidth || 600, colours(), drawn, (at) => {
        pointed.value = at;
      });
      chart.current = new uPlot(made, data(drawn.peek()), around);
    });
    return () => {
      forget();
      resize.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [drawn, pointed]);

  useSignalEffect(() => {
    chart.current?.setData(data(drawn.value));
  });

  return (
    <>
      <div ref={place} class="time-chart" role="img" aria-label={label} />
      <p class="time-pointed" aria-hidden="true">
        {said(drawn.value.steps, pointed.value)}
      </p>
    </>
  );
}

function said({ at, alarms, anomaly }: Steps, place: number | null): string {
  const [first, second] = at;
  const begun = place === null ? undefined : at[place];
  if (place === null || begun === undefined) return "Point at the chart for its figures.";
  const wide = second === undefined || first === undefined ? 60 : second - first;
  const count = alarms[place] ?? 0;
  const unusual = anomaly[place];
  const figures = `${count} alarm${count === 1 ? "" : "s"}${unusual == null ? "" : `, anomaly ${unusual.toFixed(2)}`}`;
  return `${clock(begun)} to ${clock(begun + wide)}: ${figures}`;
}

function data({ steps }: Drawn): uPlot.AlignedData {
  return [[...steps.at], steps.alarms.map((count) => count || null), [...steps.anomaly]];
}

function options(
  width: number,
  hues: Colours,
  drawn: ReadonlySignal<Drawn>,
  point: (place: number | null) => void,
): uPlot.Options {
  const axis = { stroke: hues.quiet, grid: { stroke: hues.line, width: 0.5 }, ticks: { stroke: hues.line, width: 1 } };
  const most =
    (least: number) =>
    (_plot: uPlot, _least: number, greatest: number): uPlot.Range.MinMax => [0, Math.max(least, greatest || 0)];
  return {
    width,
    height: HEIGHT,
    padding: [HEAD, null, null, null],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false, setScale: false } },
    scales: {
      x: { time: true, range: () => [drawn.peek().from, drawn.peek().to] },
      alarms: { range: most(4) },
      anomaly: { range: most(1) },
    },
    axes: [
      { ...axis, size: 32, values: (_plot, at) => at.map((each) => hour(each, each)) },
      {
        ...axis,
        scale: "alarms",
        label: "alarms",
        labelSize: 20,
        size: 40,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
      },
      { ...axis, scale: "anomaly", label: "anomaly", labelSize: 20, size: 44, side: 1, grid: { show: false } },
    ],
    series: [
      {},
      {
        scale: "alarms",
        label: "alarms",
        stroke: hues.alarms,
        fill: hues.alarms,
        points: { show: false },
        ...(uPlot.paths.bars ? { paths: uPlot.paths.bars({ size: [0.8, 20], align: 1 }) } : {}),
      },
      { scale: "anomaly", label: "anomaly", stroke: hues.anomaly, width: 2, points: { size: 4 } },
    ],
    hooks: {
      drawClear: [(plot) => bands(plot, drawn.peek().spans, hues)],
      draw: [(plot) => names(plot, drawn.peek().spans, hues), (plot) => marks(plot, drawn.peek().entries, hues)],
      setCursor: [(plot) => point(plot.cursor.idx ?? null)],
    },
  };
}
