import assert from "node:assert/strict";
import { test } from "node:test";
import { licences } from "./licences.ts";

const PART = { name: "uplot", version: "1.6", licence: "MIT", text: "…" };

test("parts are read from a list, bare or under a key", () => {
  assert.deepEqual([PART], licences([PART]));
  assert.deepEqual([PART], licences({ parts: [PART] }));
});

test("what is no licence is left out", () => {
  assert.deepEqual([PART], licences([null, PART, { name: "x" }]));
  for (const found of [null, 3, "x", {}]) assert.deepEqual([], licences(found));
});
