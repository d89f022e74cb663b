import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert } from "../../state/frames.ts";
import { counted, headline } from "./worst.ts";

const alert = (severity: string, state = "firing") => ({ severity, state }) as unknown as Alert;
const none = counted([]);
const all = { told: true, whole: true, hears: true };

test("what is firing is counted, however its severity is spelled", () => {
  const alerts = [alert("Critical"), alert("page"), alert(""), alert("info", "acknowledged")];
  assert.deepEqual({ critical: 1, warning: 0, info: 0, other: 2 }, counted(alerts));
});

test("the wall says the worst that nobody has", () => {
  assert.equal("critical", headline(counted([alert("info"), alert("critical")]), 2, all).words);
  assert.equal("Alert", headline(counted([alert("page")]), 1, all).words);
  assert.equal("All taken", headline(none, 3, all).words);
});

test("nobody is told that all are taken of which only a part is known", () => {
  assert.equal("More than is known here", headline(none, 3000, { ...all, whole: false }).words);
});

test("all is well only where the pager is heard and hears", () => {
  assert.equal("All well", headline(none, 0, all).words);
  assert.equal("Does not hear everything", headline(none, 0, { ...all, hears: false }).words);
  assert.equal("Not connected", headline(counted([alert("info")]), 1, { ...all, told: false }).words);
});
