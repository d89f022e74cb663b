import assert from "node:assert/strict";
import { test } from "node:test";
import { heard } from "./captions.ts";

const NOTHING = { at: 0, instrument: "", voice: "", name: "", severity: "", status: "", help: "" };

test("a caption says what was heard, and what for", () => {
  const alarm = { ...NOTHING, instrument: "alert_critical", severity: "critical", voice: "f00", name: "DiskFull" };
  assert.equal("critical alarm — DiskFull", heard({ ...alarm, status: "firing" }));
  assert.equal("resolved — DiskFull", heard({ ...alarm, status: "resolved" }));
});

test("what is no alert is called by its stream or link, where it has one", () => {
  assert.equal("stale — metrics/cpu:0", heard({ ...NOTHING, instrument: "stale", voice: "cpu:metrics/cpu:0" }));
  assert.equal("lost — broker", heard({ ...NOTHING, instrument: "lost", voice: "link:broker" }));
  assert.equal("lost", heard({ ...NOTHING, instrument: "lost" }));
});

test("a trial is not taken for an alarm", () => {
  const tried = { ...NOTHING, instrument: "alert_critical", severity: "critical" };
  assert.equal("test: critical alarm", heard({ ...tried, voice: "test:alert_critical" }));
  assert.equal("test: critical alarm", heard({ ...tried, voice: "audition" }));
});
