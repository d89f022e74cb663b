import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_SINGLE, sentences, title } from "./announce.ts";
import type { Alert, Frame } from "./frames.ts";
import { Herald } from "./herald.ts";
import { news } from "./news.ts";
import { type Known, NOTHING, reduce } from "./reduce.ts";

function alert(name: string, more: Partial<Alert> = {}): Alert {
  return {
    fingerprint: name,
    name,
    severity: "critical",
    state: "firing",
    labels: { alertname: name, instance: "db1" },
    annotations: {},
    since: "2026-08-22T08:00:00Z",
    changed: "2026-08-22T08:00:00Z",
    starts_at: null,
    ends_at: null,
    until: null,
    by: "",
    reason: "",
    wake: null,
    silence: "",
    silenced_by: [],
    flapping: false,
    sounded: null,
    alarms: 0,
    group: "",
    route: "/alert",
    ...more,
  };
}

const hour = (at: number) => `T${at}`;

function whole(alerts: readonly Alert[], total = alerts.length): Frame {
  const { controls, links, voices, flooding, quiet } = NOTHING;
  return { kind: "state", at: 0, alerts, total, controls, links, voices, flooding, quiet };
}

const changed = (...alerts: readonly Alert[]): Frame => ({ kind: "alerts", alerts, total: alerts.length });

/** What is said when these frames come, one by one, after the first. */
function said(start: Frame, ...frames: readonly Frame[]): readonly string[] {
  let known: Known = reduce(NOTHING, start);
  return frames.flatMap((frame) => {
    const before = known;
    known = reduce(known, frame);
    return sentences(news(before, known), hour).map(({ text, loud }) => (loud ? `! ${text}` : text));
  });
}

const full = alert("DiskFull");

test("a critical alert cuts in, once, with its name and where it is", () => {
  assert.deepEqual(["! Critical: DiskFull on db1."], said(whole([]), changed(full)));
});

test("a lesser alert waits for its turn", () => {
  assert.deepEqual(["Warning: Slow on db1."], said(whole([]), changed(alert("Slow", { severity: "Warning" }))));
});

test("a refresh of what is known is no news", () => {
  const refreshed = { ...full, alarms: 7, sounded: "2026-08-22T08:01:00Z", annotations: { summary: "fuller" } };
  assert.deepEqual([], said(whole([full]), changed(refreshed)));
});

test("a state anew after a lost line is no news, and what changed meanwhile is", () => {
  const other = alert("Other");
  assert.deepEqual([], said(whole([full]), whole([{ ...full }])));
  assert.deepEqual(["! Critical: Other on db1.", "DiskFull on db1 resolved."], said(whole([full]), whole([other])));
});

test("the first state is told in one sentence", () => {
  const known = reduce(NOTHING, whole([full, alert("Slow", { severity: "warning" })]));
  const [one, ...more] = sentences(news(NOTHING, known), hour);
  assert.deepEqual({ text: "Connected. 2 alerts active: 2 firing, 1 of them critical.", loud: false }, one);
  assert.deepEqual([], more);
});

test("who took an alert is told, and again when another takes it", () => {
  const taken = { ...full, state: "acknowledged", by: "Ada" } as const;
  assert.deepEqual(
    ["DiskFull on db1 acknowledged by Ada.", "DiskFull on db1 acknowledged by Bob."],
    said(whole([full]), changed(taken), changed({ ...taken, reason: "on it" }), changed({ ...taken, by: "Bob" })),
  );
});

test("a snooze is told with its end, and that it fires again", () => {
  const asleep = { ...full, state: "snoozed", by: "Ada", wake: "1970-01-01T00:10:00Z" } as const;
  assert.deepEqual(
    ["DiskFull on db1 snoozed by Ada until T600.", "! Critical: DiskFull on db1 again."],
    said(whole([full]), changed(asleep), changed({ ...full, changed: "later" })),
  );
});

test("a resolve is told once", () => {
  const over = { ...full, state: "resolved" } as const;
  assert.deepEqual(["DiskFull on db1 resolved."], said(whole([full]), changed(over), changed(over)));
});

test("an alert that gets worse is told anew", () => {
  const mild = alert("Disk", { severity: "warning" });
  assert.deepEqual(["! Critical: Disk on db1 again."], said(whole([mild]), changed({ ...mild, severity: "critical" })));
});

test("a heap is one sentence", () => {
  const heap = Array.from({ length: MOST_SINGLE + 9 }, (_, i) =>
    alert(`A${i}`, { severity: i < 3 ? "critical" : "warning" }),
  );
  assert.deepEqual(["! 12 new alerts: 3 critical."], said(whole([]), changed(...heap)));
  const taken = heap.map((each) => ({ ...each, state: "acknowledged", by: "Ada" }) as const);
  assert.deepEqual(["12 alerts acknowledged by Ada."], said(whole(heap), changed(...taken)));
  const over = heap.map((each) => ({ ...each, state: "resolved" }) as const);
  assert.deepEqual(["12 alerts resolved."], said(whole(heap), changed(...over)));
});

test("of a desk that is shown in part, what comes into the part is news only when it is new", () => {
  const old = alert("Old", { since: "2026-08-22T07:00:00Z" });
  const late = alert("Late", { since: "2026-08-22T09:00:00Z" });
  assert.deepEqual(["! Critical: Late on db1."], said(whole([full], 9), whole([old, late], 9)));
});

test("of a desk that is shown in part, what is told as over is over", () => {
  const over = { ...full, state: "resolved" } as const;
  assert.deepEqual(["DiskFull on db1 resolved."], said(whole([full], 9), changed(over)));
});

test("what a storm pushes out of the part that is shown is not told as resolved", () => {
  const slow = alert("Slow", { severity: "warning" });
  const storm = Array.from({ length: 9 }, (_, i) => alert(`A${i}`));
  assert.deepEqual(["! 9 new alerts: 9 critical."], said(whole([slow]), whole(storm, 3000)));
});

test("a page that is opened says what keeps the pager from hearing and from being heard, beside how the desk is", () => {
  const { controls } = NOTHING;
  const down = { name: "broker", up: false, since: null, detail: "refused" };
  const hushed = { ...controls, muted: true, muted_until: 60, muted_by: "Ada" };
  const links = [down, { ...down, name: "journal", up: true }];
  const opened = { ...reduce(NOTHING, whole([])), controls: hushed, links };
  assert.deepEqual(
    ["Connected. No alerts.", "Muted by Ada until T60.", "Link broker is down."],
    sentences(news(NOTHING, opened), hour).map(({ text }) => text),
  );
});

test("flood, mute, meeting and links are told as they begin and end", () => {
  const { controls } = NOTHING;
  const muted = { ...controls, muted: true, muted_until: 60, muted_by: "Ada" };
  const meeting = { ...controls, meeting_until: 90, meeting_by: "Bob" };
  const down = { name: "broker", up: false, since: null, detail: "refused" };
  assert.deepEqual(
    [
      "! Flood of alarms: 1 alert active, sounded together.",
      "The flood of alarms is over.",
      "Muted by Ada until T60.",
      "No longer muted.",
      "Meeting mode by Bob until T90.",
      "Meeting mode is over.",
      "Link broker is down.",
      "Link broker is up again.",
    ],
    said(
      whole([full]),
      { kind: "flooding", flooding: true, quiet: [] },
      { kind: "flooding", flooding: false, quiet: [] },
      { kind: "controls", controls: muted },
      { kind: "controls", controls },
      { kind: "controls", controls: meeting },
      { kind: "controls", controls },
      { kind: "links", links: [down] },
      { kind: "links", links: [down] },
      { kind: "links", links: [{ ...down, up: true }] },
    ),
  );
});

test("what has no width and what turns the direction is not read, and a long name is cut", () => {
  const odd = alert("\u202egnp.exe\u200b  x", { labels: {} });
  assert.equal("gnp.exe x", title(odd));
  assert.equal(80, [...title(alert("😀".repeat(5000), { labels: {} }))].length);
  assert.equal("alert f00", title(alert("", { labels: {}, fingerprint: "f00" })));
});

test("the herald says the first at once, and what comes within the pause together", () => {
  const heard: string[] = [];
  const due: (() => void)[] = [];
  const herald = new Herald({
    say: (all) => heard.push(all.map(({ text }) => text).join(" ")),
    hour,
    later: (run) => due.push(run),
  });
  const fires = (name: string) => herald.tell([{ what: "firing", alert: alert(name), again: false }]);
  fires("A");
  for (const name of ["B", "C", "D", "E"]) fires(name);
  assert.deepEqual(["Critical: A on db1."], heard);
  due.shift()?.();
  assert.deepEqual(["Critical: A on db1.", "4 new alerts: 4 critical."], heard);
  due.shift()?.();
  assert.equal(0, due.length);
  fires("F");
  assert.equal("Critical: F on db1.", heard.at(-1));
});

test("of one alert that changes within the pause only what it is now is said", () => {
  const heard = sentences(
    [
      { what: "firing", alert: full, again: false },
      { what: "acknowledged", alert: { ...full, by: "Ada" }, again: true },
      { what: "firing", alert: full, again: true },
    ],
    hour,
  );
  assert.deepEqual([{ text: "Critical: DiskFull on db1.", loud: true }], heard);
});
