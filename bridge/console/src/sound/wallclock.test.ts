import assert from "node:assert/strict";
import { test } from "node:test";
import { WallClock } from "./wallclock.ts";

const near = (expected: number, found: number | null) => assert.ok(Math.abs((found ?? Number.NaN) - expected) < 1e-6);

test("without a reading nobody knows", () => {
  assert.equal(null, new WallClock().moment(1000));
});

test("a Unix time is a moment of the context", () => {
  const clock = new WallClock();
  clock.read(2, 1002);
  near(5, clock.moment(1005));
});

test("a reading that is late is not believed", () => {
  const clock = new WallClock();
  for (const [second, late] of [0, 0.03, 0.002, 0.01].entries()) clock.read(second, 1000 + second + late);
  near(5, clock.moment(1005));
});

test("when the sound has broken off, all is later after four readings", () => {
  const clock = new WallClock();
  clock.read(0, 1000);
  for (let n = 1; n <= 4; n++) clock.read(n, 1000.05 + n);
  near(4.95, clock.moment(1005));
});

test("when the sound has stood still for long, all is later at once", () => {
  const clock = new WallClock();
  for (let n = 0; n < 4; n++) clock.read(n, 1000 + n);
  clock.read(4, 1064);
  near(5, clock.moment(1065));
});

test("readings in a burst count as one", () => {
  const clock = new WallClock();
  clock.read(0, 1000);
  for (let n = 1; n <= 20; n++) clock.read(0.001 * n, 1000.02 + 0.001 * n);
  near(5, clock.moment(1005));
});
