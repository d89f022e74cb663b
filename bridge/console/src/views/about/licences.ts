/** What the page is made of: /page/licences.json, which the build writes. */

import { ask } from "../../state/api.ts";

export interface Licence {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Where its source is to be had. */
  readonly source?: string;
  readonly text: string;
}

/** Takes whatever of the file is as it should be; the order is that of the file. */
export function licences(found: unknown): readonly Licence[] {
  const list = Array.isArray(found) ? found : record(found) ? Object.values(found).find(Array.isArray) : null;
  return Array.isArray(list) ? list.filter(licence) : [];
}

export async function askLicences(): Promise<readonly Licence[]> {
  return licences(await ask<unknown>("GET", "/page/licences.json"));
}

function record(found: unknown): found is Record<string, unknown> {
  return typeof found === "object" && found !== null;
}

function licence(found: unknown): found is Licence {
  return record(found) && ["name", "version", "licence", "text"].every((key) => typeof found[key] === "string");
}
