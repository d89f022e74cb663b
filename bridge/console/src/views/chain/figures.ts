/** The key figures of GET /api/kpi in words, each with what is recommended (docs/operations.md). */

import { span } from "../../parts/times.ts";

export type Verdict = "acceptable" | "manageable" | "demanding" | "flood" | "excessive" | "too_few";

interface Figure {
  readonly value: number;
  readonly verdict: Verdict;
}

interface Named {
  readonly count: number;
  readonly names: readonly string[];
  readonly verdict: Verdict;
}

export interface Report {
  readonly at: number;
  readonly covers: number;
  readonly flooding: boolean;
  readonly last: Figure;
  readonly average: Figure;
  readonly worst: Figure;
  readonly flood: Figure;
  readonly flood_seconds: number;
  readonly top: Figure;
  readonly sources: readonly { readonly name: string; readonly count: number; readonly share: number }[];
  readonly chattering: Named;
  readonly stale: Named;
  readonly mix: Readonly<Record<string, number>>;
  readonly mix_verdict: Verdict;
  readonly acknowledge: { readonly median: number | null; readonly p90: number | null; readonly mean: number | null };
  readonly fired: number;
  readonly sounded: number;
  readonly acknowledged: number;
}

/** A figure as a line of the view. */
export interface Line {
  readonly name: string;
  readonly value: string;
  readonly verdict: Verdict | null;
  /** What is recommended. */
  readonly bound: string;
  /** Names that are meant. */
  readonly names: readonly string[];
}

export const VERDICTS: Readonly<
  Record<Verdict, readonly [word: string, grave: "ok" | "info" | "warning" | "critical"]>
> = {
  acceptable: ["as recommended", "ok"],
  manageable: ["the most that one person manages", "info"],
  demanding: ["more than one person manages for long", "warning"],
  flood: ["a flood: more than anybody can answer", "critical"],
  excessive: ["more than recommended", "warning"],
  too_few: ["too little has happened to tell", "info"],
};

const RATE = "1 is acceptable, 2 are manageable, more than 10 are a flood";

export function lines(report: Report): readonly Line[] {
  const { acknowledge, mix } = report;
  const times = acknowledge.median === null || acknowledge.p90 === null ? null : acknowledge;
  return [
    line("Alarms in the last 10 minutes", number(report.last.value), report.last.verdict, RATE),
    line("Alarms in 10 minutes, on average", number(report.average.value), report.average.verdict, RATE),
    line("Alarms in the worst 10 minutes", number(report.worst.value), report.worst.verdict, "10 at most"),
    line(
      "Share of time in flood",
      `${percent(report.flood.value)} (${span(report.flood_seconds)})`,
      report.flood.verdict,
      "1 % at most",
    ),
    line("Share of the ten top sources", percent(report.top.value), report.top.verdict, "5 % at most"),
    line(
      "Alerts that chatter",
      number(report.chattering.count),
      report.chattering.verdict,
      "none that fires three times within a minute",
      report.chattering.names,
    ),
    line(
      "Alerts that are stale",
      number(report.stale.count),
      report.stale.verdict,
      "fewer than 5 that are active for longer than 24 hours",
      report.stale.names,
    ),
    line(
      "Mix of severities",
      ["info", "warning", "critical", "other"]
        .filter((severity) => severity !== "other" || mix.other)
        .map((severity) => `${percent(mix[severity] ?? 0)} ${severity}`)
        .join(", "),
      report.mix_verdict,
      "80 % info, 15 % warning, 5 % critical",
    ),
    line(
      "Time to acknowledge",
      times
        ? `${span(times.median ?? 0)} (median), ${span(times.p90 ?? 0)} (90 % are quicker)`
        : "nobody acknowledged any",
      null,
      "nothing; watch whether it grows",
    ),
  ];
}

function line(
  name: string,
  value: string,
  verdict: Verdict | null,
  bound: string,
  names: readonly string[] = [],
): Line {
  return { name, value, verdict, bound, names };
}

/** At most two figures behind the point. */
export function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function percent(share: number): string {
  const hundredth = share * 100;
  return `${hundredth > 0 && hundredth < 10 ? hundredth.toFixed(1) : Math.round(hundredth)} %`;
}
