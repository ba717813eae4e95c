import "server-only";
import { existsSync } from "node:fs";
import path from "node:path";
import { custodianEnv, launchEnv } from "@/lib/env";
import { variablesOf } from "@/lib/env/read-environment";
import { OperatorError } from "@/lib/errors";
import type { Part } from "@/lib/ipc/part-identity";
import { rosterFileOf } from "@/lib/launch/environments";
import { prepareFolders } from "@/lib/launch/folders";
import { type InstanceFile, readInstance } from "@/lib/launch/instance-file";
import { runAsPortal } from "@/lib/launch/portal-environment";

/** What every part that is started by itself has. `npm start` sets it for its own parts. */
const OF_A_PART = ["INSTANCE_FILE", "LOG_ORIGIN"] as const;

/** Whether this process has a part's own variables, as with parts apart. */
export function isPartAlone(): boolean {
  const given = variablesOf(OF_A_PART);
  return OF_A_PART.some((name) => given[name] !== undefined);
}

/** Returns the instance of `npm start` in DATA_DIR; undefined without one, and where a part's own variables are set. */
async function instanceHere(): Promise<InstanceFile | undefined> {
  if (isPartAlone()) return undefined;
  const file = path.join(launchEnv().DATA_DIR, "instance.json");
  return existsSync(file) ? readInstance(file) : undefined;
}

/**
 * Runs an act of `sealport-op` for a part of the instance of `npm start` in DATA_DIR, and returns its exit code;
 * undefined without such an instance. Only the portal's variables are kept there; it calls all other parts.
 */
export async function runBesideInstance(part: Part, words: readonly string[]): Promise<number | undefined> {
  if ((await instanceHere()) === undefined) return undefined;
  if (part !== "portal")
    throw new OperatorError(
      `npm start sets the variables of the ${part}. Use --of portal, which also calls the other parts`,
    );
  return runAsPortal("op.ts", [...words, "--of", part]);
}

/** Returns the custodian's log and the file of its roster: of the instance in DATA_DIR, else by the custodian's variables. */
export async function rosterPlace(): Promise<{ readonly log: string; readonly file: string }> {
  const instance = await instanceHere();
  if (instance !== undefined) {
    const env = launchEnv();
    return { log: instance.origin, file: rosterFileOf(env, await prepareFolders(env.DATA_DIR)) };
  }
  const env = custodianEnv();
  const file = env.CUSTODIAN_ROSTER_FILE ?? path.join(env.DATA_DIR, "roster.json");
  return { log: env.LOG_ORIGIN, file };
}
