import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../../state/frames.ts";
import { cause, merged, SHOWN, subject, worded } from "./deeds.ts";
import { spans } from "./spans.ts";
import { steps, width } from "./steps.ts";

function entry(at: number, deed: string, more: Partial<Entry> = {}): Entry {
  return {
    at,
    deed,
    fingerprint: "",
    name: "",
    severity: "",
    subject: "",
    by: "",
    reason: "",
    heard: "",
    count: 1,
    ...more,
  };
}

test("what begins and ends is one span, what goes on ends now", () => {
  const entries = [
    entry(10, "flood"),
    entry(20, "muted"),
    entry(25, "muted"),
    entry(30, "unmuted"),
    entry(50, "flood_over"),
    entry(60, "meeting"),
  ];
  assert.deepEqual(
    [
      { kind: "flood", from: 10, to: 50 },
      { kind: "mute", from: 20, to: 30 },
      { kind: "meeting", from: 60, to: 100 },
    ],
    spans(entries, 0, 100),
  );
});

test("what ends without a beginning began before the window", () => {
  assert.deepEqual([{ kind: "mute", from: 5, to: 30 }], spans([entry(30, "unmuted"), entry(40, "unmuted")], 5, 100));
});

test("what holds now and has no entry has held all the while", () => {
  assert.deepEqual([{ kind: "flood", from: 5, to: 100 }], spans([], 5, 100, ["flood"]));
  assert.deepEqual([{ kind: "mute", from: 7, to: 100 }], spans([entry(7, "muted")], 5, 100, ["mute"]));
});

test("spans are cut to the window, and those outside it are none", () => {
  const entries = [entry(1, "flood"), entry(2, "flood_over"), entry(8, "muted"), entry(20, "unmuted")];
  assert.deepEqual([{ kind: "mute", from: 10, to: 15 }], spans(entries, 10, 15));
});

test("alarms of a step are added up, of anomalies the greatest is taken", () => {
  const alarms = new Map([
    [600, 1],
    [660, 2],
    [900, 4],
  ]);
  const anomaly = new Map([
    [600, 0.2],
    [840, 0.7],
  ]);
  const made = steps(alarms, anomaly, 600, 1300, 300);
  assert.deepEqual([600, 900, 1200], made.at);
  assert.deepEqual([3, 4, 0], made.alarms);
  assert.deepEqual([0.7, null, null], made.anomaly);
});

test("there are about as many steps whatever is shown", () => {
  for (const hours of [1, 6, 24]) {
    const count = steps(new Map(), new Map(), 0, hours * 3600 - 1, width(hours)).at.length;
    assert.ok(count >= 60 && count <= 100, `${hours} h: ${count}`);
  }
});

test("an entry that came both ways stands once, and what is not for the time line not at all", () => {
  const past = [entry(1, "sounded", { fingerprint: "a" })];
  const live = [
    entry(1, "sounded", { fingerprint: "a" }),
    entry(3, "acknowledged"),
    entry(2, "refreshed"),
    entry(2, "resolved"),
  ];
  assert.deepEqual(
    ["sounded", "resolved", "acknowledged"],
    merged(past, live).map(({ deed }) => deed),
  );
});

test("every deed that is shown has words of its own", () => {
  assert.equal(SHOWN.length, new Set(SHOWN.map(worded)).size);
  assert.equal("some new deed", worded("some_new_deed"));
});

test("an entry says what it happened to, by whom and why", () => {
  assert.equal("Disk", subject(entry(1, "sounded", { name: "Disk" })));
  assert.equal("broker", subject(entry(1, "link_down", { subject: "broker" })));
  assert.equal("12 alerts", subject(entry(1, "flood", { count: 12 })));
  assert.equal("by Ada: on it", cause(entry(1, "acknowledged", { by: "Ada", reason: "on it" })));
  assert.equal("", cause(entry(1, "resolved")));
  assert.equal("\ufffdgnp.exe", subject(entry(1, "sounded", { name: "\u202egnp.exe" })));
});
