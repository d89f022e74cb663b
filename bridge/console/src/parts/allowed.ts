/** What this person may do here. */

import { computed } from "@preact/signals";
import { connection, known } from "../state/store.ts";

/** Why nothing can be changed from this page; null: it can. */
export const hindered = computed<string | null>(() => {
  const { hello } = known.value;
  if (hello && hello.roles.length > 0 && !hello.roles.includes("operate")) return "your token may only look and listen";
  return connection.value.state === "open" ? null : "not connected to the pager";
});
