import assert from "node:assert/strict";
import { test } from "node:test";
import { bundle, float, isMessage, message, retagged, tagOf } from "./osc.ts";

const bytes = (text: string) => [...new TextEncoder().encode(text)];

test("a message has its address, its tags and its arguments, each filled up to four bytes", () => {
  const expected = [...bytes("/n_set\0\0"), ...bytes(",isf\0\0\0\0"), 0, 0, 3, 0xe8, ...bytes("gate\0\0\0\0")];
  assert.deepEqual([...expected, 0x3f, 0x80, 0, 0], [...message("/n_set", 1000, "gate", float(1))]);
});

test("negative numbers travel", () => {
  assert.deepEqual([255, 255, 255, 255], [...message("/x", -1).slice(-4)]);
});

test("a message has no time", () => {
  assert.equal(null, tagOf(message("/status")));
});

test("a bundle for at once has no time, and keeps its messages with their sizes", () => {
  const one = message("/a", 1);
  const whole = bundle(one, message("/b"));
  assert.equal(null, tagOf(whole));
  assert.deepEqual(bytes("#bundle\0"), [...whole.slice(0, 8)]);
  assert.deepEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, one.length, ...one], [...whole.slice(8, 20 + one.length)]);
});

test("a bundle's Unix time can be read again within a microsecond", () => {
  for (const at of [1_700_000_000.123456, 1_795_339_036.999999, 2_000_000_000]) {
    assert.ok(Math.abs((tagOf(retagged(bundle(message("/a")), at)) ?? 0) - at) < 1e-6);
  }
});

test("the tag is in NTP's seconds since 1900", () => {
  const view = new DataView(retagged(bundle(message("/a")), 0.5).buffer);
  assert.deepEqual([2_208_988_800, 2 ** 31], [view.getUint32(8), view.getUint32(12)]);
});

test("a new tag changes nothing else, and not what it was given", () => {
  const before = bundle(message("/a", 7));
  const after = retagged(before, 1e9);
  assert.deepEqual(before.slice(16), after.slice(16));
  assert.equal(null, tagOf(before));
});

test("a packet is recognised by the whole of its address", () => {
  assert.ok(isMessage(message("/sync", 0), "/sync"));
  assert.ok(!isMessage(message("/synced", 0), "/sync"));
  assert.ok(!isMessage(new Uint8Array(2), "/sync"));
});
