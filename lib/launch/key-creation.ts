import "server-only";
import { z } from "zod";
import { StartError } from "@/lib/db/embedded/start-error";
import type { LaunchEnv } from "@/lib/env";
import { baseEnvironment, keyVariables } from "@/lib/launch/environments";
import { type InstanceFolders, KEY_HOLDERS, type KeyHolder } from "@/lib/launch/folders";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";
import { runStep, tellingLine } from "@/lib/launch/run-step";

const Created = z.object({ vkeys: z.record(z.string(), z.string()) });

async function createOne(
  env: LaunchEnv,
  folders: InstanceFolders,
  origins: { readonly log: string; readonly unlock: string },
  holder: KeyHolder,
): Promise<Record<string, string>> {
  const result = await runStep({
    args: scriptArguments("create-keys.ts", holder),
    cwd: PROGRAM_ROOT,
    env: {
      ...baseEnvironment(env),
      ...keyVariables(env, folders, holder, origins.unlock),
      LOG_ORIGIN: origins.log,
    },
  });
  const parsed = result.code === 0 ? Created.safeParse(lastJson(result.stdout)) : undefined;
  if (parsed?.success !== true) {
    throw new StartError(
      `The keys of the ${holder} in ${folders.keyDir(holder)} cannot be opened: ${tellingLine(result)}`,
    );
  }
  return parsed.data.vkeys;
}

function lastJson(output: string): unknown {
  const line = output.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * Makes what is missing in every key folder and returns the public keys, named by their holder. On a failure it throws
 * only when all have ended, so that none still runs on an abandoned folder.
 */
export async function createAllKeys(
  env: LaunchEnv,
  folders: InstanceFolders,
  origin: string,
  unlockOrigin: string,
): Promise<Record<string, string>> {
  const origins = { log: origin, unlock: unlockOrigin };
  const made = await Promise.allSettled(
    KEY_HOLDERS.map(async (holder) => {
      const vkeys = await createOne(env, folders, origins, holder);
      return Object.entries(vkeys).map(([name, vkey]) => [`${holder}.${name}`, vkey]);
    }),
  );
  const pairs = made.flatMap((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  return Object.fromEntries(pairs);
}
