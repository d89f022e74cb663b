import assert from "node:assert/strict";
import { test } from "node:test";
import { fullJitter } from "./backoff.ts";

test("the longest wait doubles from 0.3 s up to 5 s", () => {
  const longest = [0, 1, 2, 3, 4, 5, 99].map((attempt) => fullJitter(attempt, () => 1));
  assert.deepEqual([0.3, 0.6, 1.2, 2.4, 4.8, 5, 5], longest);
});

test("any wait up to it is as likely as another", () => {
  assert.equal(
    0,
    fullJitter(3, () => 0),
  );
  assert.equal(
    1.2,
    fullJitter(3, () => 0.5),
  );
});
