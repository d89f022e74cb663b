import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mapping } from "./api.ts";
import { figure, knobs, payload } from "./values.ts";

const mapping = (parameter: string, path: string, from: [number, number]): Mapping => ({
  parameter,
  path,
  from,
  range: [0, 1],
  units: "",
});

test("mappings of one place share a slider that goes over all of them", () => {
  const [knob, ...more] = knobs({
    kind: "metric",
    mappings: [mapping("freq", "", [0, 1]), mapping("vol", "", [4, 2])],
  });
  assert.deepEqual([], more);
  assert.deepEqual([0, 4, ["freq", "vol"]], [knob?.least, knob?.most, knob?.moves]);
});

test("alerts have no slider, and a rule without mappings needs no value", () => {
  assert.deepEqual([], knobs({ kind: "alert", mappings: [] }));
  assert.equal(0, payload([], []));
});

test("one slider sends its number, several send a payload with each in its place", () => {
  const several = knobs({
    kind: "metric",
    mappings: [mapping("freq", "cpu", [0, 1]), mapping("vol", "sensors.1.temp", [0, 1])],
  });
  assert.equal(0.3, payload(several.slice(0, 1), [0.3]));
  assert.equal('{"cpu":0.3,"sensors":[null,{"temp":0.4}]}', JSON.stringify(payload(several, [0.3, 0.4])));
});

test("numbers are short", () => {
  assert.equal("0.333", figure(1 / 3));
  assert.equal("72", figure(72));
});
