import assert from "node:assert/strict";
import { test } from "node:test";
import { Vigil } from "./vigil.ts";

test("a line that is silent for ten seconds is dead", () => {
  const vigil = new Vigil(0);
  for (let now = 1; now <= 10; now++) assert.equal("fine", vigil.look(now));
  assert.equal("dead", vigil.look(10.5));
});

test("a sign of life begins a new patience", () => {
  const vigil = new Vigil(0);
  for (let now = 1; now <= 9; now++) vigil.look(now);
  vigil.heard(9);
  for (let now = 10; now <= 19; now++) assert.equal("fine", vigil.look(now));
  assert.equal("dead", vigil.look(20));
});

test("a page that slept asks before it judges, and waits three seconds", () => {
  const vigil = new Vigil(0);
  assert.equal("ask", vigil.look(60));
  assert.deepEqual(["fine", "fine", "dead"], [vigil.look(61), vigil.look(62.5), vigil.look(63.5)]);
});

test("it is forgiven once: a page whose every second is a minute still finds out", () => {
  const vigil = new Vigil(0);
  assert.equal("ask", vigil.look(60));
  assert.equal("dead", vigil.look(120));
});

test("an answer is forgiveness earned again", () => {
  const vigil = new Vigil(0);
  vigil.look(60);
  vigil.heard(61);
  assert.equal("ask", vigil.look(120));
});
