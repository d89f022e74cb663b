import assert from "node:assert/strict";
import { test } from "node:test";
import { Offset, sampled } from "./clock.ts";

test("a symmetric way shows the offset exactly", () => {
  assert.deepEqual(sampled(100, 107, 107.5, 104.5), { ahead: 5, trip: 4 });
});

test("an uneven way is wrong by half of the trip at most", () => {
  const { ahead, trip } = sampled(0, 3.4, 3.4, 0.5);
  assert.ok(Math.abs(ahead - 3) <= trip / 2);
});

test("of the last samples the one with the shortest trip is believed", () => {
  const offset = new Offset();
  offset.add({ ahead: 3.1, trip: 0.4 });
  offset.add({ ahead: 3.0, trip: 0.01 });
  assert.equal(3.0, offset.add({ ahead: 2.95, trip: 0.2 }));
});

test("of two equal ones the newer is believed: clocks drift", () => {
  const offset = new Offset();
  offset.add({ ahead: 3.001, trip: 0.01 });
  assert.equal(3.002, offset.add({ ahead: 3.002, trip: 0.01 }));
});

test("what was measured long ago is forgotten", () => {
  const offset = new Offset();
  offset.add({ ahead: 3, trip: 0.001 });
  for (let n = 0; n < 11; n++) assert.equal(3, offset.add({ ahead: 3.01, trip: 0.1 }));
  assert.equal(3.01, offset.add({ ahead: 3.01, trip: 0.1 }));
});

test("when a clock has been set, what was measured before it counts no more", () => {
  const offset = new Offset();
  offset.add({ ahead: 3, trip: 0.001 });
  assert.equal(60, offset.add({ ahead: 60, trip: 0.2 }));
});
