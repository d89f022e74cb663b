import assert from "node:assert/strict";
import { test } from "node:test";
import { Sender, words } from "./level.ts";

test("a level is told as a share and in decibels", () => {
  assert.deepEqual(["100 %, 0.0 dB", "80 %, −1.9 dB", "1 %, −40.0 dB", "0 %, silent"], [1, 0.8, 0.01, 0].map(words));
});

test("of the levels of a drag one is under way, and then the last", async () => {
  const sent: number[] = [];
  const open: (() => void)[] = [];
  const sender = new Sender<number>((value) => {
    sent.push(value);
    return new Promise<void>((done) => open.push(done));
  });
  const settled = sender.put(1);
  for (const value of [2, 3, 4]) void sender.put(value);
  assert.deepEqual([1], sent);
  open.shift()?.();
  await new Promise(setImmediate);
  assert.deepEqual([1, 4], sent);
  open.shift()?.();
  await settled;
  assert.deepEqual([1, 4], sent);
});

test("after a refusal the next level is sent all the same", async () => {
  const sent: number[] = [];
  const sender = new Sender<number>(async (value) => {
    sent.push(value);
    if (value === 1) throw new Error("refused");
  });
  await assert.rejects(sender.put(1), /refused/);
  await sender.put(2);
  assert.deepEqual([1, 2], sent);
});
