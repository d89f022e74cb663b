import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** What the licence of a package that is carried asks to be told. */
export interface Licence {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  /** Where its source is to be had. */
  readonly source: string;
  readonly text: string;
}

interface Locked {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly repository?: string | { readonly url: string };
  readonly homepage?: string;
}

const CONSOLE = join(dirname(fileURLToPath(import.meta.url)), "..");
const PACKAGE = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const TEXT = /^(licen[cs]e|copying)(\.|$)/i;
/** Vite tells the licences of what is bundled in itself too: the page holds none of that. */
const OF_OTHERS = /^# Licenses of bundled dependencies/m;
/** The full text to which scsynth's own notice points, as that licence asks. */
const GPL = "licences/GPL-3.0.txt";

const json = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), "utf8")) as T;

/** Reads the licence of an installed package; throws where it has none. */
export function licenceOf(name: string): Licence {
  const folder = join(CONSOLE, "node_modules", name);
  const { version, license, repository, homepage } = json<Manifest>(folder, "package.json");
  const file = readdirSync(folder).find((each) => TEXT.test(each));
  if (!license || !file) throw new Error(`${name} is carried, and has no licence`);
  const source = (typeof repository === "string" ? repository : repository?.url) ?? homepage ?? "";
  return {
    name,
    version,
    licence: license,
    source: source.replace(/^git\+/, "").replace(/\.git$/, ""),
    text: (readFileSync(join(folder, file), "utf8").split(OF_OTHERS)[0] ?? "").trim(),
  };
}

/** Every package that is no tool: those that the page names, and those that they name. */
export function carriedPackages(): string[] {
  const { packages } = json<Locked>(CONSOLE, "package-lock.json");
  return Object.entries(packages)
    .filter(([path, { dev }]) => path && !dev)
    .map(([path]) => path.replace(/.*node_modules\//, ""));
}

/** The package that a module of the bundle is of; Vite and Rolldown add words of their own. */
function packageOf(module: string): string | undefined {
  return PACKAGE.exec(module)?.[1] ?? /^\0(vite|rolldown)\//.exec(module)?.[1];
}

/** Puts `licences.json` beside the page: an array of {@link Licence}, those of one licence together. */
export function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((each) => (each.type === "chunk" ? each.moduleIds : []));
      const names = new Set([...carriedPackages(), ...modules.flatMap((each) => packageOf(each) ?? [])]);
      // equal texts beside each other are compressed to one
      const told = [...names].map(licenceOf).sort((a, b) => order(a.licence, b.licence) || order(a.name, b.name));
      this.emitFile({ type: "asset", fileName: "licences.json", source: `${JSON.stringify(told)}\n` });
      this.emitFile({ type: "asset", fileName: "scsynth/COPYING", source: readFileSync(join(CONSOLE, GPL)) });
    },
  };
}

const order = (a: string, b: string): number => Number(a > b) - Number(a < b);
