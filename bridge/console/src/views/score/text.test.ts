import assert from "node:assert/strict";
import { test } from "node:test";
import { beginning, indentation, lines, selection } from "./text.ts";

const TEXT = "alerts:\n  - match: {}\n    instrument: alert_info\n";

test("lines are counted as editors count them", () => {
  assert.equal(1, lines(""));
  assert.equal(4, lines(TEXT));
  assert.equal(0, beginning(TEXT, 1));
  assert.equal(8, beginning(TEXT, 2));
  assert.equal(TEXT.length, beginning(TEXT, 99));
});

test("a fault selects its key where the line has it", () => {
  const [begin, end] = selection(TEXT, { line: 3, column: 0, key: "alerts[0].instrument" });
  assert.equal("instrument", TEXT.slice(begin, end));
});

test("a fault with a column selects that place, never beyond its line", () => {
  assert.deepEqual([10, 10], selection(TEXT, { line: 2, column: 3, key: "" }));
  assert.deepEqual([21, 21], selection(TEXT, { line: 2, column: 400, key: "" }));
});

test("a fault without a known key selects its line", () => {
  const [begin, end] = selection(TEXT, { line: 2, column: 0, key: "alerts[0]" });
  assert.equal("- match: {}", TEXT.slice(begin, end));
});

test("a fault of no line is at the beginning", () => {
  assert.equal(0, selection(TEXT, { line: 0, column: 0, key: "the file" })[0]);
});

test("a new line begins under the one before", () => {
  assert.equal("    ", indentation(TEXT, TEXT.length - 1));
  assert.equal("  ", indentation(TEXT, 12));
  assert.equal("", indentation(TEXT, 3));
});
