import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, RefusedError } from "./api.ts";

/** What is told when the browser's fetch ends like this. */
async function refusal(
  t: { mock: { method: typeof test.mock.method } },
  ended: () => Promise<Response>,
): Promise<string> {
  t.mock.method(globalThis, "fetch", (_: string, options: RequestInit) => {
    assert.ok(options.signal, "nothing ends it where the network is away");
    return ended();
  });
  const error = await ask("POST", "/api/ack", {}).catch((found: unknown) => found);
  assert.ok(error instanceof RefusedError);
  return error.message;
}

test("a refusal is told in the bridge's own words, and by its number where it has none", async (t) => {
  const answer = (body: string) => async () => new Response(body, { status: 409 });
  assert.equal("it is muted", await refusal(t, answer('{"error": "it is muted"}')));
  assert.equal("the pager answered 409", await refusal(t, answer("<html>")));
});

test("a pager that is not reached and one that does not answer are told apart", async (t) => {
  assert.equal("the pager cannot be reached", await refusal(t, () => Promise.reject(new TypeError("no"))));
  const late = () => Promise.reject(new DOMException("late", "TimeoutError"));
  assert.match(await refusal(t, late), /does not answer; it may have done it/);
});
