import "server-only";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundleFolder } from "@/lib/env/bundle-folder";

/** The folder of the program, with its migrations. */
export const PROGRAM_ROOT = bundleFolder() ?? path.resolve(fileURLToPath(new URL("../..", import.meta.url)));

const TETHER = path.join(PROGRAM_ROOT, "lib/launch/tether.mjs");

/** node's arguments for one of our TypeScript scripts: one process, no wrapper, so that its pid is the real one. */
export function scriptArguments(script: string, ...args: string[]): string[] {
  return [
    "--import",
    "tsx",
    "--import",
    TETHER,
    "--conditions=react-server",
    path.join("scripts", script),
    ...args,
  ];
}

/** The same for plain JavaScript. */
export function plainArguments(script: string, ...args: string[]): string[] {
  return ["--import", TETHER, path.join("scripts", script), ...args];
}

/** Returns a child's whole environment, without our own variables: children always run as in production. */
export function childEnvironment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...variables, NODE_ENV: "production" };
}
