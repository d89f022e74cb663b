import assert from "node:assert/strict";
import { test } from "node:test";
import { bundle, message, retagged } from "./osc.ts";
import { Player } from "./player.ts";

const SYNC = message("/sync", 0);
const packet = (name: string) => message(`/${name}`);
const dated = (name: string, at: number) => retagged(bundle(packet(name)), at);

/** A player, and what it has done, in words. */
function played() {
  const done: string[] = [];
  let now = 1000;
  const name = (bytes: Uint8Array) => /\/(\w+)/.exec(new TextDecoder("latin1").decode(bytes))?.[1] ?? "?";
  const stage = {
    now: (bytes: Uint8Array) => done.push(name(bytes)),
    at: (bytes: Uint8Array, time: number) => done.push(`${name(bytes)} at ${time - 1000}`),
    curtain: () => done.push("curtain"),
    stands: () => done.push("stands"),
    purge: () => {},
  };
  const player = new Player(
    stage,
    (kind) => done.push(kind),
    () => now,
  );
  const passes = (seconds: number) => {
    now += seconds;
  };
  return { player, done, passes };
}

/** One whose stage stands. */
function standing() {
  const all = played();
  all.player.opened();
  all.player.boot(2);
  all.player.packet(packet("d_recv"));
  all.player.packet(SYNC);
  all.player.synced();
  all.done.length = 0;
  return all;
}

test("the stage is set in order, voices when its SynthDefs are there, and bundles after it", () => {
  const { player, done } = played();
  player.opened();
  player.boot(3);
  for (const each of [packet("d_recv"), SYNC, packet("voice"), dated("early", 1000.1)]) player.packet(each);
  assert.deepEqual(["listen", "curtain", "d_recv", "sync"], done);
  player.synced();
  assert.deepEqual(["voice", "stands", "early at 0.1"], done.slice(4).map(rounded));
});

test("an answer that comes before the last packet of the stage does not end it", () => {
  const { player, done } = played();
  player.opened();
  player.boot(3);
  player.packet(packet("d_recv"));
  player.packet(SYNC);
  player.synced();
  assert.ok(!done.includes("stands"));
  player.packet(packet("voice"));
  assert.deepEqual(["voice", "stands"], done.slice(-2));
});

test("before the stage is set nothing is played", () => {
  const { player, done } = played();
  player.packet(dated("one", 1000));
  player.opened();
  player.packet(dated("two", 1000));
  assert.deepEqual(["listen"], done);
  assert.equal(2, player.dropped);
});

test("a bundle that is a little late is played", () => {
  const { player, done } = standing();
  player.packet(dated("late", 998.75));
  assert.deepEqual(["late at -1.25"], done);
});

test("one that is far too late is not, the stage is asked for once, and nothing sounds until it is there", () => {
  const { player, done } = standing();
  for (const at of [990, 995, 1000]) player.packet(dated("old", at));
  assert.deepEqual(["resync"], done);
  assert.equal(3, player.dropped);
  player.boot(1);
  player.packet(packet("voice"));
  player.packet(dated("new", 1000));
  assert.deepEqual(["curtain", "voice", "stands", "new at 0"], done.slice(1));
});

test("one from a distant future has been dated by another clock", () => {
  const { player, done } = standing();
  player.packet(dated("future", 1060));
  assert.deepEqual(["resync"], done);
});

test("a stage that does not come is asked for again", () => {
  const { player, done, passes } = standing();
  player.resync();
  player.tick();
  passes(6);
  player.tick();
  player.tick();
  assert.deepEqual(["resync", "resync"], done);
});

test("a stage that comes slowly is not asked for again while it comes", () => {
  const { player, done, passes } = played();
  player.opened();
  player.boot(4);
  for (const each of [packet("d_recv"), packet("d_recv"), SYNC]) {
    passes(4);
    assert.equal(false, player.tick());
    player.packet(each);
  }
  player.synced();
  passes(4);
  assert.equal(false, player.tick());
  passes(2);
  assert.equal(true, player.tick());
  assert.deepEqual(
    ["listen", "resync"],
    done.filter((what) => what === "listen" || what === "resync"),
  );
});

test("a line that has broken leaves nothing to ask for, and a new one begins anew", () => {
  const { player, done, passes } = standing();
  player.lost();
  player.packet(dated("old", 1000));
  player.resync();
  passes(60);
  player.tick();
  assert.deepEqual([], done);
  player.opened();
  assert.deepEqual(["listen"], done);
});

test("what is for at once is played at once", () => {
  const { player, done } = standing();
  player.packet(packet("n_set"));
  assert.deepEqual(["n_set"], done);
});

function rounded(text: string): string {
  return text.replace(/\d+\.\d+$/, (value) => Number(value).toFixed(1));
}
