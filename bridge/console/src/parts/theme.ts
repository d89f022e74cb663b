/** Light or dark: as the system has it, or as it was chosen in this browser. */

import { effect, signal } from "@preact/signals";
import { keep, kept } from "../state/keeping.ts";
import { view } from "../state/route.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "pager.theme";

export const theme = signal<Theme>(THEMES.find((known) => known === kept(KEY)) ?? "system");

effect(() => {
  const chosen = theme.value;
  keep(KEY, chosen);
  // a wall is not to light the room
  const shown = chosen === "system" && view.value === "noc" ? "dark" : chosen;
  if (shown === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = shown;
});
