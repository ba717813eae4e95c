import "server-only";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the program, with package.json. */
export const PROGRAM_ROOT = path.resolve(fileURLToPath(new URL("../..", import.meta.url)));

const TETHER = path.join(PROGRAM_ROOT, "lib/launch/tether.mjs");

/** Where `npm run generate` bundles programs (scripts/bundle-programs.mjs). */
const BUNDLES = path.join("node_modules", ".cache", "sealport-programs");
let isBundled = false;

/** Lets `scriptArguments` take bundles from now on. The caller has just had them made from the present sources. */
export function useBundles(): void {
  isBundled = true;
}

/**
 * Returns node's arguments for one of our TypeScript scripts: one process, no wrapper, so that its pid is the real one. A script
 * without a bundle is loaded from its source.
 */
export function scriptArguments(script: string, ...args: string[]): string[] {
  const bundle = path.join(BUNDLES, script.replace(/\.ts$/, ".mjs"));
  const common = ["--import", TETHER, "--conditions=react-server"];
  if (isBundled && existsSync(path.join(PROGRAM_ROOT, bundle))) return [...common, bundle, ...args];
  return ["--import", "tsx", ...common, path.join("scripts", script), ...args];
}

/** The same for plain JavaScript. */
export function plainArguments(script: string, ...args: string[]): string[] {
  return ["--import", TETHER, path.join("scripts", script), ...args];
}

/** Returns a child's whole environment, without our own variables: children always run as in production. */
export function childEnvironment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...variables, NODE_ENV: "production" };
}
