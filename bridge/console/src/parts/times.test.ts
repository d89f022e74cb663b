import assert from "node:assert/strict";
import { test } from "node:test";
import { full, hour, left, next, seconds, span } from "./times.ts";

process.env.TZ = "America/St_Johns";
const at = (text: string) => Date.parse(text) / 1000;

test("a span has two units at most", () => {
  assert.deepEqual(
    ["0 s", "59 s", "3 min", "2 h", "2 h 5 min", "4 d 1 h"],
    [-3, 59.9, 200, 7200, 7500, 4 * 86_400 + 3700].map(span),
  );
});

test("what is left counts down to nothing, and not below", () => {
  assert.deepEqual(["00:00", "14:59", "1:02:03"], [-5, 899, 3723].map(left));
});

test("nine in the morning is today's before it and tomorrow's after it, over a change of the clocks too", () => {
  const nine = at("2026-08-22T11:30:00Z");
  assert.equal(nine, next(at("2026-08-22T05:30:00Z"), 9));
  assert.equal(nine + 86_400, next(nine, 9));
  const before = at("2026-10-31T12:00:00Z");
  assert.equal(at("2026-11-01T12:30:00Z"), next(before, 9));
});

test("a time is told as it is here, and in full with how far here is from UTC", () => {
  const now = at("2026-08-22T12:00:00Z");
  assert.equal("09:30", hour(now, now));
  assert.equal("2026-08-21 09:30", hour(now - 86_400, now));
  assert.equal("2026-08-22 09:30:00 UTC−02:30", full(now));
  assert.ok(Number.isNaN(seconds("never")));
});
