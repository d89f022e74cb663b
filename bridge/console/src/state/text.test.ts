import assert from "node:assert/strict";
import { test } from "node:test";
import { shown } from "./text.ts";

test("signs that turn the direction are shown, not obeyed", () => {
  assert.equal("\ufffdgnp.exe\ufffd", shown("\u202egnp.exe\u202c"));
  assert.equal("a\ufffdb", shown("a\u0007b"));
});

test("letters of every tongue, joined signs, lines and tabs stay as they are", () => {
  for (const text of ["مرحبا", "שלום", "👩‍🚒", "نمی\u200cخواهم", "a\n\tb", "Z̸̢a"]) assert.equal(text, shown(text));
});
