import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert } from "../../state/frames.ts";
import { counted, headline } from "./worst.ts";

const alert = (severity: string, state = "firing") => ({ severity, state }) as unknown as Alert;
const none = counted([]);

test("what is firing is counted, however its severity is spelled", () => {
  const alerts = [alert("Critical"), alert("page"), alert(""), alert("info", "acknowledged")];
  assert.deepEqual({ critical: 1, warning: 0, info: 0, other: 2 }, counted(alerts));
});

test("the wall says the worst that nobody has", () => {
  assert.equal("critical", headline(counted([alert("info"), alert("critical")]), 2, true, true).words);
  assert.equal("Alert", headline(counted([alert("page")]), 1, true, true).words);
  assert.equal("All taken", headline(none, 3, true, true).words);
});

test("all is well only where the pager is heard and hears", () => {
  assert.equal("All well", headline(none, 0, true, true).words);
  assert.equal("Does not hear everything", headline(none, 0, true, false).words);
  assert.equal("Not connected", headline(counted([alert("info")]), 1, false, true).words);
});
