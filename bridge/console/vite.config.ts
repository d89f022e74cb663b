import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { licences } from "./scripts/licences.ts";

const here = dirname(fileURLToPath(import.meta.url));

/** Files that the page loads by address at run time: they go beside the bundle as they are. */
const CARRIED: readonly (readonly [string, string])[] = [
  ["supersonic-scsynth/dist/workers", "engine"],
  ["supersonic-scsynth-core/wasm", "scsynth"],
  ["supersonic-scsynth-core/workers", "scsynth"],
];

/** Carries SuperSonic's workers (MIT), and scsynth itself (GPL), a separate work in files of its own with its licence. */
function carried(): Plugin {
  return {
    name: "carried",
    generateBundle() {
      const carry = (from: string, to: string) =>
        this.emitFile({ type: "asset", fileName: to, source: readFileSync(join(here, "node_modules", from)) });
      for (const [folder, place] of CARRIED) {
        for (const file of readdirSync(join(here, "node_modules", folder)))
          carry(join(folder, file), `${place}/${file}`);
      }
      carry("supersonic-scsynth-core/LICENSE", "scsynth/LICENSE");
    },
  };
}

export default defineConfig({
  base: "/page/",
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false }, emptyOutDir: true },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [carried(), licences()],
});
