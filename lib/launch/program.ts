import "server-only";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundleFolder } from "@/lib/env/bundle-folder";

/** The folder of the program, with its migrations. */
export const PROGRAM_ROOT = bundleFolder() ?? path.resolve(fileURLToPath(new URL("../..", import.meta.url)));

const TETHER = path.join(PROGRAM_ROOT, "lib/launch/tether.mjs");

/** Where `npm run generate` bundles programs (scripts/bundle-programs.mjs); what starts one runs it first. */
const BUNDLES = path.join("node_modules", ".cache", "sealport-programs");

/**
 * Returns node's arguments for one of our TypeScript scripts: one process, no wrapper, so that its pid is the real one. A script
 * without a bundle is loaded from its source.
 */
export function scriptArguments(script: string, ...args: string[]): string[] {
  const bundle = path.join(BUNDLES, script.replace(/\.ts$/, ".mjs"));
  const common = ["--import", TETHER, "--conditions=react-server"];
  if (existsSync(path.join(PROGRAM_ROOT, bundle))) return [...common, bundle, ...args];
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
