/** Colours of the page for what is drawn on a canvas, where CSS does not reach. */

import { signal } from "@preact/signals";

/** Counts the changes between light and dark; whoever draws reads it, and draws again. */
export const theme = signal(0);

const changed = () => {
  theme.value += 1;
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
new MutationObserver(changed).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["data-theme", "class"],
});

/** A token of page.css as a colour that a canvas takes. */
export function token(name: string, otherwise: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name}, ${otherwise})`;
  probe.hidden = true;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** Whether the page is dark now: whether its ground is darker than its ink. */
export function dark(): boolean {
  const light = matchMedia("(prefers-color-scheme: dark)").matches ? 0 : 255;
  const parts =
    token("ground", `rgb(${light} ${light} ${light})`)
      .match(/[\d.]+/g)
      ?.slice(0, 3)
      .map(Number) ?? [];
  return parts.reduce((sum, part) => sum + part, 0) < 3 * 128;
}
