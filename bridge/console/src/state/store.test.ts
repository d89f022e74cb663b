import assert from "node:assert/strict";
import { test } from "node:test";
import { ahead, connection, desk, lineSince, take, unheard } from "./store.ts";

test("frames that touch no alert do not have the desk sorted again", () => {
  take({ kind: "alerts", alerts: [], total: 0 });
  const before = desk.value;
  take({ kind: "voices", voices: [] });
  take({ kind: "anomaly", at: 1, value: 0.5 });
  assert.equal(before, desk.value);
});

test("a sound engine that is gone takes nothing from what the pager hears, a broker does", () => {
  const link = (name: string, up: boolean) => ({ name, up, since: null, detail: "" });
  take({ kind: "links", links: [link("osc", false), link("broker", false), link("watchdog", true)] });
  assert.deepEqual(
    ["broker"],
    unheard.value.map(({ name }) => name),
  );
});

test("since when the line stands is told by the bridge's clock, whatever this machine's says", () => {
  connection.value = { state: "open", since: 100, why: "" };
  ahead.value = -40;
  assert.equal(60, lineSince.value);
});
