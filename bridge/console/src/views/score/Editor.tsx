/** A plain editor: the browser's own text area, with line numbers and marks beside it. */

import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { indentation, lines } from "./text.ts";

interface EditorProps {
  readonly text: string;
  readonly change: (text: string) => void;
  /** Lines that something is wrong with. */
  readonly wrong: ReadonlySet<number>;
  /** Id of what describes the text: how many faults there are. */
  readonly described: string;
  readonly area: RefObject<HTMLTextAreaElement | null>;
  /** Control+Enter. */
  readonly toFault: () => void;
}

export function Editor({ text, change, wrong, described, area, toFault }: EditorProps) {
  const gutter = useRef<HTMLDivElement>(null);
  const numbers = Array.from({ length: lines(text) }, (_, at) => at + 1).join("\n");
  const press = (event: KeyboardEvent) => {
    const { currentTarget } = event;
    if (event.key !== "Enter" || !(currentTarget instanceof HTMLTextAreaElement)) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      toFault();
      return;
    }
    const blanks = indentation(text, currentTarget.selectionStart);
    // the one way to write into a text area that its undo knows of
    if (blanks && document.execCommand("insertText", false, `\n${blanks}`)) event.preventDefault();
  };
  return (
    <div class="score-editor">
      <div class="score-gutter" ref={gutter} aria-hidden="true">
        <pre>{numbers}</pre>
        {[...wrong].map((line) => (
          <span
            key={line}
            class="score-mark"
            style={{ top: `calc(var(--score-pad) + ${line - 1} * var(--score-line))` }}
          >
            ✕
          </span>
        ))}
      </div>
      <textarea
        ref={area}
        id="score-text"
        class="score-text"
        aria-label="Text of the score, YAML"
        aria-describedby={described}
        aria-invalid={wrong.size ? "true" : undefined}
        wrap="off"
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        value={text}
        onInput={(event) => change(event.currentTarget.value)}
        onKeyDown={press}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}
