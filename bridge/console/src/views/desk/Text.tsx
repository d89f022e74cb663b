/** Text of others, shown as text whatever it looks like; only a whole plain web address is a link. */

import { shown } from "../../state/text.ts";
import { address } from "./order.ts";

interface TextProps {
  readonly text: string;
  /** Signs that are shown of it. */
  readonly most: number;
  readonly class?: string;
}

export function Text({ text, most, class: name = "" }: TextProps) {
  const link = address(text);
  const cut = shown(text.length > most ? `${text.slice(0, most)}…` : text);
  return (
    <p class={`said lines ${name}`}>
      {link ? (
        <a href={link} target="_blank" rel="noreferrer noopener">
          {cut}
          <span class="unseen"> (opens in another tab)</span>
        </a>
      ) : (
        cut
      )}
    </p>
  );
}
