/** Places in a text that is being written. */

/** Lines of a text; an empty one has one. */
export function lines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** Where a line begins, counted from 1; behind the last line it is the end. */
export function beginning(text: string, line: number): number {
  let at = 0;
  for (let number = 1; number < line; number++) {
    const end = text.indexOf("\n", at);
    if (end < 0) return text.length;
    at = end + 1;
  }
  return at;
}

/** What is to be selected for a fault: the key where the line has it, else the line's text from the column on. */
export function selection(
  text: string,
  fault: { readonly line: number; readonly column: number | null; readonly key: string },
): readonly [begin: number, end: number] {
  const begin = beginning(text, Math.max(1, fault.line));
  const found = text.indexOf("\n", begin);
  const end = found < 0 ? text.length : found;
  const shown = text.slice(begin, end);
  if (fault.column) {
    const at = Math.min(begin + fault.column - 1, end);
    return [at, at];
  }
  const key =
    fault.key
      .split(/[.[\]]+/)
      .filter(Boolean)
      .at(-1) ?? "";
  const at = key && !/^\d+$/.test(key) ? shown.indexOf(key) : -1;
  if (at >= 0) return [begin + at, begin + at + key.length];
  return [begin + (shown.length - shown.trimStart().length), end];
}

/** The blanks that a new line after `at` begins with: those of the line that it is broken off from. */
export function indentation(text: string, at: number): string {
  const begin = text.lastIndexOf("\n", at - 1) + 1;
  return /^ */.exec(text.slice(begin, at))?.[0] ?? "";
}
