import assert from "node:assert/strict";
import { test } from "node:test";
import { mapped, plain, position } from "./range.ts";

test("a value stands in its range as it is heard", () => {
  assert.equal(0.5, position(3, { range: [1, 5], warp: "lin" }));
  assert.equal(0.5, Number(position(400, { range: [200, 800], warp: "exp" })?.toFixed(9)));
  assert.equal(0.25, position(600, { range: [800, 0], warp: "lin" }));
  assert.equal(1, position(900, { range: [200, 800], warp: "exp" }));
  assert.equal(null, position(1, { range: [2, 2], warp: "lin" }));
  assert.equal(null, position(1, { range: [], warp: "lin" }));
  assert.equal(0, position(-3, { range: [200, 800], warp: "exp" }));
});

test("numbers are as short as they are read", () => {
  assert.deepEqual(
    ["0", "0.1", "0.333", "440", "1234", "1.23e+9", "1.00e-5"],
    [0, 0.1, 1 / 3, 440, 1234, 1.234e9, 1e-5].map(plain),
  );
});

test("a mapping is told in one line", () => {
  const mapping = { parameter: "freq", from: [0, 1], range: [200, 800], warp: "exp", scale: "minor", units: "Hz" };
  assert.equal("0 to 1 → 200 to 800 Hz, in equal ratios, tuned to minor", mapped(mapping));
  assert.equal("0 to 1 → 0 to 1", mapped({ ...mapping, range: [0, 1], warp: "lin", scale: "", units: "" }));
});
