import assert from "node:assert/strict";
import { test } from "node:test";
import { bundle, float, message } from "./osc.ts";
import { ended, released, struck } from "./stage.ts";

test("an instrument is struck in the group and on the bus of its class", () => {
  const critical = message("/s_new", "lost", -1, 1, 900, "out", 16);
  const ambience = message("/s_new", "cpu", 7, 1, 904, "out", 24, "freq", float(440));
  assert.deepEqual(critical, struck("lost", "critical"));
  assert.deepEqual(ambience, struck("cpu", "ambience", { freq: 440 }, 7));
});

test("a release is told to all five classes at once", () => {
  const groups = [900, 901, 902, 903, 904].map((group) => message("/n_set", group, "gate", float(0)));
  assert.deepEqual(bundle(...groups), released());
});

test("one voice can be let go", () => {
  assert.deepEqual(bundle(message("/n_set", 7, "gate", float(0))), ended(7));
});
