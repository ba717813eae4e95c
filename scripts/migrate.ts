import "server-only";
import { StartError } from "@/lib/db/embedded/start-error";
import { launchEnv } from "@/lib/env";
import { openDatabases } from "@/lib/launch/databases";
import { explainFailure } from "@/lib/launch/failure";
import { prepareFolders, removeRunDir } from "@/lib/launch/folders";
import { lockDataFolder } from "@/lib/launch/lock";

const USAGE = "usage: npm run migrate [-- --reset-passwords]";

/** `npm run migrate`: only roles and migrations. It changes a password only when asked. */
async function migrateNow(): Promise<void> {
  try {
    const flags = process.argv.slice(2);
    const isReset = flags.includes("--reset-passwords");
    if (flags.length > (isReset ? 1 : 0)) throw new StartError(USAGE);
    const env = launchEnv();
    const folders = await prepareFolders(env.DATA_DIR);
    const isEmbedded = env.DATABASE_ADMIN_URL === undefined && env.DATABASE_URL === undefined;
    const unlock = isEmbedded ? await lockDataFolder(folders.file("supervisor.lock")) : undefined;
    const { applied, embedded } = await openDatabases(env, folders, isReset);
    await embedded?.stop();
    await removeRunDir(folders);
    await unlock?.();
    process.stdout.write(
      applied.length === 0
        ? "Nothing to apply.\n"
        : `Applied: ${applied.join(", ")}\nUntil the next release is migrated, the program of the release before can be started again.\n`,
    );
  } catch (error) {
    const line = explainFailure(error);
    process.stderr.write(`${line ?? (error instanceof Error ? error.stack : String(error))}\n`);
    process.exit(1);
  }
}

await migrateNow();
