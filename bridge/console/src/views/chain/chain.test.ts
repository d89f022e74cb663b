import assert from "node:assert/strict";
import { test } from "node:test";
import { lines, number, percent, type Report } from "./figures.ts";
import { line, own, told } from "./links.ts";

const REPORT: Report = {
  at: 0,
  covers: 86_400,
  flooding: false,
  last: { value: 3, verdict: "demanding" },
  average: { value: 0.125, verdict: "acceptable" },
  worst: { value: 12, verdict: "flood" },
  flood: { value: 0.004, verdict: "acceptable" },
  flood_seconds: 345,
  top: { value: 1, verdict: "too_few" },
  sources: [{ name: "Disk", count: 3, share: 1 }],
  chattering: { count: 1, names: ["Disk"], verdict: "excessive" },
  stale: { count: 0, names: [], verdict: "acceptable" },
  mix: { critical: 0.5, warning: 0.25, info: 0.25, other: 0 },
  mix_verdict: "too_few",
  acknowledge: { median: 75, p90: 130, mean: 90 },
  fired: 4,
  sounded: 4,
  acknowledged: 2,
};

test("each figure stands with its value, its verdict and what is recommended", () => {
  const shown = new Map(lines(REPORT).map((each) => [each.name, each]));
  assert.equal("0.4 % (5 min)", shown.get("Share of time in flood")?.value);
  assert.equal("25 % info, 25 % warning, 50 % critical", shown.get("Mix of severities")?.value);
  assert.equal("1 min (median), 2 min (90 % are quicker)", shown.get("Time to acknowledge")?.value);
  assert.deepEqual(["Disk"], shown.get("Alerts that chatter")?.names);
  for (const each of shown.values()) assert.notEqual("", each.bound);
});

test("a time that nobody took is told so", () => {
  const nobody = { ...REPORT, acknowledge: { median: null, p90: null, mean: null } };
  assert.equal("nobody acknowledged any", lines(nobody).at(-1)?.value);
});

test("numbers and shares are short", () => {
  assert.equal("0.13", number(0.125));
  assert.equal("3", number(3));
  assert.equal("0 %", percent(0));
  assert.equal("0.4 %", percent(0.004));
  assert.equal("37 %", percent(0.3701));
});

test("a link has a name that people know, its state in a word, and since when", () => {
  const link = { name: "watchdog", up: false, since: "2026-01-01T00:00:00Z", detail: "missed" };
  const shown = told(link);
  assert.deepEqual(
    ["Prometheus", "down", "is down", link.since, "missed"],
    [shown.name, shown.state, shown.word, shown.since, shown.detail],
  );
  assert.equal("MQTT metrics", told({ ...link, name: "mqtt metrics" }).name);
});

test("an engine that nobody started is no fault, one that failed is", () => {
  assert.equal("rest", own({ state: "off", why: "" }).state);
  assert.equal("down", own({ state: "failed", why: "no memory" }).state);
  assert.equal("down", line({ state: "lost", since: 1, why: "" }).state);
});
