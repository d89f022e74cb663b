import assert from "node:assert/strict";
import { test } from "node:test";
import { type Deed, Mourning } from "./mourning.ts";

/** What is done in each of some seconds, of a line that breaks at second 0 and was silent `silent` seconds before. */
function deeds(seconds: number, { open = false, silent = 0 } = {}): Deed[] {
  const mourning = new Mourning();
  return Array.from({ length: seconds }, (_, second) => mourning.look(second, open, silent + second));
}

test("while there is a line nothing is done", () => {
  assert.deepEqual([null, null, null], deeds(3, { open: true }));
});

test("voices fade three seconds after the line has broken, and the loss is told once, after ten", () => {
  const done = deeds(20);
  assert.deepEqual([3, 10], [done.indexOf("release"), done.indexOf("lost")]);
  assert.equal(2, done.filter((deed) => deed !== null).length);
});

test("a line that was silent long before it broke is mourned at once", () => {
  assert.deepEqual(["release", "lost", null], deeds(3, { silent: 11 }));
});

test("a line that is open and says nothing is no line", () => {
  assert.deepEqual(
    ["release", "lost"],
    deeds(20, { open: true }).filter((deed) => deed !== null),
  );
});

test("a line that came back and breaks again is mourned again", () => {
  const mourning = new Mourning();
  const look = (now: number, open: boolean, silent: number) => mourning.look(now, open, silent);
  assert.deepEqual(["release", "lost", null], [look(0, false, 11), look(1, false, 12), look(2, true, 0)]);
  assert.deepEqual(["release", "lost"], [look(3, false, 11), look(4, false, 12)]);
});
