import assert from "node:assert/strict";
import { test } from "node:test";
import { added, NONE, parsed } from "./results.ts";
import { right, round } from "./round.ts";

const NAMES = Array.from({ length: 17 }, (_, number) => `sound ${number}`);

test("each sound comes in a round, once, whatever the seed", () => {
  for (let seed = 0; seed < 200; seed++)
    assert.deepEqual(
      [...NAMES].sort(),
      round(NAMES, seed)
        .map(({ sound }) => sound)
        .sort(),
    );
});

test("the choices hold the right one, and nothing twice", () => {
  for (let seed = 0; seed < 200; seed++) {
    for (const { sound, choices } of round(NAMES, seed)) {
      assert.ok(choices.includes(sound));
      assert.equal(4, new Set(choices).size);
    }
  }
});

test("a small pool has fewer choices, an empty one no round", () => {
  assert.deepEqual(["a", "b"], [...(round(["a", "b"], 1)[0]?.choices ?? [])].sort());
  assert.deepEqual([], round([], 1));
});

test("the same seed is the same round, another is another", () => {
  assert.deepEqual(round(NAMES, 7), round(NAMES, 7));
  assert.notDeepEqual(round(NAMES, 7), round(NAMES, 8));
});

test("the right answer stands in each place about as often", () => {
  const places = [0, 0, 0, 0];
  for (let seed = 0; seed < 500; seed++) {
    for (const { sound, choices } of round(NAMES, seed))
      places[choices.indexOf(sound)] = (places[choices.indexOf(sound)] ?? 0) + 1;
  }
  for (const count of places) assert.ok(Math.abs(count / (500 * 17) - 0.25) < 0.02);
});

const ANSWERS = [
  { sound: "a", said: "a" },
  { sound: "b", said: "a" },
];

test("a score counts what was named right, in all and per sound", () => {
  assert.equal(1, right(ANSWERS));
  const twice = added(added(NONE, ANSWERS, 10), ANSWERS, 20);
  assert.deepEqual({ right: 2, asked: 2 }, twice.sounds.a);
  assert.deepEqual({ right: 0, asked: 2 }, twice.sounds.b);
  assert.deepEqual(
    [10, 20],
    twice.rounds.map(({ at }) => at),
  );
});

test("results are bounded", () => {
  let results = NONE;
  for (let at = 0; at < 300; at++) results = added(results, [{ sound: `s${at}`, said: "x" }], at);
  assert.equal(50, results.rounds.length);
  assert.equal(200, Object.keys(results.sounds).length);
});

test("results outlive the page, and what is not ours is nothing", () => {
  const kept = added(NONE, ANSWERS, 10);
  assert.deepEqual(kept, parsed(JSON.stringify(kept)));
  for (const text of [
    null,
    "",
    "{",
    "[]",
    '{"version":2}',
    '{"version":1,"rounds":[{}],"sounds":{}}',
    '{"version":1,"rounds":[],"sounds":{"a":3}}',
  ])
    assert.deepEqual(NONE, parsed(text));
});
