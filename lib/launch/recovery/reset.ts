import "server-only";
import { readdir, realpath, rm } from "node:fs/promises";
import path from "node:path";
import { StartError } from "@/lib/db/embedded/start-error";
import type { LaunchEnv } from "@/lib/env";
import { type InstanceFolders, prepareFolders } from "@/lib/launch/folders";
import { readInstance } from "@/lib/launch/instance-file";
import type { Progress } from "@/lib/launch/progress";

/** The files of a first start. Other files in the data folder stay. */
const MADE = [
  "postgres",
  "keys",
  "portal",
  "signer",
  "custodian",
  "witness",
  "demo-authority.json",
  "demo.json.new",
  "instance.json",
];

async function removeMade(folders: InstanceFolders): Promise<void> {
  const outside = await realpath(folders.file("postgres")).catch(() => undefined);
  for (const name of MADE) await rm(folders.file(name), { recursive: true, force: true });
  // The link's target, where the cluster had to be outside the data folder.
  if (outside !== undefined && path.dirname(outside) === "/var/lib/sealport") {
    await rm(outside, { recursive: true, force: true });
  }
}

/**
 * A first start that was interrupted before its demonstration data were complete has served no caller: all that it made
 * is removed and made again. Only the embedded database is ever removed.
 */
export async function discardUnfinishedInstance(
  env: LaunchEnv,
  folders: InstanceFolders,
  progress: Progress,
): Promise<void> {
  const instance = await readInstance(folders.file("instance.json"));
  if (instance?.seed !== "pending") return;
  if (env.DATABASE_ADMIN_URL !== undefined || env.DATABASE_URL !== undefined) {
    throw new StartError(
      `The first start was interrupted while it made the demonstration data. Drop the database ${env.DATABASE_NAME}, empty DATA_DIR and start again.`,
    );
  }
  const present = await readdir(folders.dataDir);
  if (present.includes("demo.json"))
    throw new StartError("instance.json contradicts demo.json. Restore the data folder from a backup.");
  progress.say("An unfinished first start is discarded.");
  await removeMade(folders);
  await prepareFolders(folders.dataDir);
}
