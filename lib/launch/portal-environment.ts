import "server-only";
import path from "node:path";
import { z } from "zod";
import { type LaunchEnv, launchEnv } from "@/lib/env";
import { keyVariables } from "@/lib/launch/environments";
import type { InstanceFolders } from "@/lib/launch/folders";
import { prepareFolders } from "@/lib/launch/folders";
import { readInstance, unlockOriginOf } from "@/lib/launch/instance-file";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";
import { runStep } from "@/lib/launch/run-step";
import { readStateFile, writeStateFile } from "@/lib/launch/state-file";

const FILE = "environment.json";
const Variables = z.record(z.string(), z.string());

/**
 * Stores the portal's environment in the portal's own key folder, for commands that an operator runs next to `npm
 * start`. It has what that folder holds already (the database login); a passphrase is left out.
 */
export function keepPortalEnvironment(
  folders: InstanceFolders,
  { KEK_PASSPHRASE: _passphrase, ...variables }: Readonly<Record<string, string>>,
): void {
  writeStateFile(path.join(folders.keyDir("portal"), FILE), variables);
}

async function portalVariables(env: LaunchEnv): Promise<Record<string, string> | undefined> {
  const folders = await prepareFolders(env.DATA_DIR);
  const kept = await readStateFile(path.join(folders.keyDir("portal"), FILE), Variables);
  const instance = await readInstance(folders.file("instance.json"));
  if (kept === undefined || instance === undefined) return undefined;
  return { ...kept, ...keyVariables(env, folders, "portal", unlockOriginOf(instance)) };
}

/**
 * Runs a script with the portal's environment, as the running instance of this DATA_DIR has it, and returns its exit
 * code; undefined without an instance. The script's own output is passed on.
 */
export async function runAsPortal(script: string, args: readonly string[]): Promise<number | undefined> {
  const env = await portalVariables(launchEnv());
  if (env === undefined) return undefined;
  const result = await runStep({ args: scriptArguments(script, ...args), cwd: PROGRAM_ROOT, env });
  process.stdout.write(result.stdout);
  process.stderr.write(result.stderr);
  return result.code;
}
