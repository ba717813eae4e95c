import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";

const ROOT = path.resolve(import.meta.dirname, "../../..");
/** In node_modules, so that the packages that stay outside of a bundle are found. */
const CACHE = path.join(ROOT, "node_modules/.cache");
const bundles = new Map<string, string>();
let folder: string | undefined;

function ownFolder(): string {
  if (folder !== undefined) return folder;
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(path.join(CACHE, "sealport-children-"));
  process.once("exit", () => rmSync(made, { recursive: true, force: true }));
  folder = made;
  return made;
}

/**
 * Returns node's arguments for a TypeScript program of this repository that a test starts, by its path from the root. It is bundled at its
 * first use: a child then starts in a third of the time that loading several hundred sources takes. It must not open files relative to
 * its source.
 */
export function childArguments(program: string, ...args: readonly string[]): string[] {
  const known = bundles.get(program);
  const outfile = known ?? path.join(ownFolder(), `${path.basename(program, ".ts")}.mjs`);
  if (known === undefined)
    buildSync({
      absWorkingDir: ROOT,
      entryPoints: [program],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      packages: "external",
      conditions: ["react-server"],
      logLevel: "error",
    });
  bundles.set(program, outfile);
  return ["--conditions=react-server", outfile, ...args];
}
