import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert } from "../../state/frames.ts";
import { address, arranged, wants } from "./order.ts";

function alert(fingerprint: string, more: Partial<Alert> = {}): Alert {
  const labels = { alertname: fingerprint, instance: "db1" };
  const bare = { fingerprint, name: fingerprint, severity: "critical", state: "firing", labels, annotations: {} };
  return { ...(bare as unknown as Alert), by: "", reason: "", ...more };
}

const stand = (alerts: readonly Alert[]) => alerts.map(({ fingerprint, state }) => `${fingerprint} ${state}`);
const [a, b, c, d] = [alert("a"), alert("b"), alert("c"), alert("d")];

test("a free list stands as the desk sorts it", () => {
  assert.deepEqual(["c firing", "a firing"], stand(arranged([a, b], [c, a], "free")));
});

test("a list that has the focus keeps its order, with what is new on top and what is over gone", () => {
  const taken = alert("a", { state: "acknowledged" });
  assert.deepEqual(["d firing", "a acknowledged", "c firing"], stand(arranged([a, b, c], [c, d, taken], "order")));
});

test("under a pointer what is over stays where it was until the pointer rests", () => {
  assert.deepEqual(["a firing", "b resolved", "c firing"], stand(arranged([a, b, c], [c, a], "rows")));
});

test("a filter looks in labels, annotations and people, for every word", () => {
  const disk = alert("Disk", { annotations: { summary: "Nearly FULL" }, by: "Ada" });
  const all = { state: "", severity: "", text: "" } as const;
  assert.equal(true, wants({ ...all, text: "full instance=db1" }, disk, "critical"));
  assert.equal(true, wants({ ...all, text: "ada" }, disk, "critical"));
  assert.equal(false, wants({ ...all, text: "full db2" }, disk, "critical"));
  assert.equal(false, wants({ ...all, severity: "info" }, disk, "critical"));
  assert.equal(false, wants({ ...all, state: "snoozed" }, disk, "critical"));
});

test("only plain web addresses are links", () => {
  assert.equal("https://wiki/runbook#disk", address("https://wiki/runbook#disk"));
  for (const text of [
    "javascript:alert(1)",
    "JAVASCRIPT://x%0aalert(1)",
    "data:text/html,x",
    "//wiki",
    "see https://wiki",
    "https://bank@evil.example/",
    "https://",
    " https://wiki",
  ]) {
    assert.equal(null, address(text), text);
  }
});
