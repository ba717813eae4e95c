import "server-only";
import { launchEnv } from "@/lib/env";
import { openDatabases } from "@/lib/launch/databases";
import { explainFailure } from "@/lib/launch/failure";
import { prepareFolders, removeRunDir } from "@/lib/launch/folders";
import { lockDataFolder } from "@/lib/launch/lock";

/** `npm run migrate`: only roles and migrations. */
async function migrateNow(): Promise<void> {
  try {
    const env = launchEnv();
    const folders = await prepareFolders(env.DATA_DIR);
    const isEmbedded = env.DATABASE_ADMIN_URL === undefined && env.DATABASE_URL === undefined;
    const unlock = isEmbedded ? await lockDataFolder(folders.file("supervisor.lock")) : undefined;
    const { applied, embedded } = await openDatabases(env, folders);
    await embedded?.stop();
    await removeRunDir(folders);
    await unlock?.();
    process.stdout.write(applied.length === 0 ? "Nothing to apply.\n" : `Applied: ${applied.join(", ")}\n`);
  } catch (error) {
    const line = explainFailure(error);
    process.stderr.write(`${line ?? (error instanceof Error ? error.stack : String(error))}\n`);
    process.exit(1);
  }
}

await migrateNow();
