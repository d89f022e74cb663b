import assert from "node:assert/strict";
import { test } from "node:test";
import { Pulse } from "./pulse.ts";

test("a context that steps on moves, and one that stands for two seconds does not", () => {
  const pulse = new Pulse(100);
  assert.ok(pulse.moves(0, 101));
  assert.ok(pulse.moves(0.9, 102));
  assert.ok(pulse.moves(0.9, 103));
  assert.ok(pulse.moves(0.9, 103.9));
  assert.ok(!pulse.moves(0.9, 104));
  assert.ok(pulse.moves(1, 105));
});

test("a machine that stood still as a whole is not told from one look", () => {
  const pulse = new Pulse(100);
  assert.ok(pulse.moves(0.9, 101));
  assert.ok(pulse.moves(0.9, 104.5));
  assert.ok(pulse.moves(1.2, 105));
});

test("looks that a busy page has put off come all at once, and mean nothing", () => {
  const pulse = new Pulse(100);
  for (let n = 0; n < 60; n++) assert.ok(pulse.moves(60, 160 + n / 1000));
});

test("one that was set going is given time", () => {
  const pulse = new Pulse(100);
  pulse.moves(5, 105);
  pulse.begin(165);
  assert.ok(pulse.moves(5, 166));
  assert.ok(!pulse.moves(5, 167));
});
