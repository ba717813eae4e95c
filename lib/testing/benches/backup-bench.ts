import "server-only";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { type BackupFolder, openBackupFolder } from "@/lib/backup/archive/backup-folder";
import { archiveCommand } from "@/lib/backup/archive/wal-archive";
import { startEmbeddedDatabase } from "@/lib/db/embedded/embedded-database";
import { signal, waitForEnd } from "@/lib/db/embedded/processes";
import { environments, type LaunchEnv } from "@/lib/env";
import { makeIdentity, type TestIdentity } from "@/lib/testing/benches/age-identity";
import { createRecoveryBench, type RecoveryBench } from "@/lib/testing/benches/recovery-bench";
import { makeTempFolder } from "@/lib/testing/data-folder";
import { startTestServer } from "@/lib/testing/servers/test-server";

/** An instance's embedded database with a log, WAL archiving, a folder for backups and two identities. */
export interface BackupBench {
  readonly root: string;
  readonly dataDir: string;
  readonly folder: BackupFolder;
  readonly database: TestIdentity;
  readonly keys: TestIdentity;
  readonly log: RecoveryBench;
  readonly env: LaunchEnv;
  /** The same as variables, for a child process. */
  readonly variables: Record<string, string>;
  restartDatabase(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the bench; call `close` when the test is over. */
export async function createBackupBench(): Promise<BackupBench> {
  const root = await makeTempFolder("sealport-backups-");
  await chmod(root, 0o755);
  const dataDir = path.join(root, "data");
  await mkdir(dataDir, { mode: 0o711 });
  const started = await startTestServer({ dataDir, archiveCommand });
  let stop = started.stop;
  const log = await createRecoveryBench({ server: started.server });
  const folder = await openBackupFolder(path.join(root, "backups"));
  const [database, keys] = [await makeIdentity(root, "database.age"), await makeIdentity(root, "keys.age")];
  const instance = {
    ...{ version: 1, origin: log.place.log, tenant_id: log.place.tenantId, seed: "none" },
    ...{ vkeys: { "signer.log": log.key.vkey }, created_at: new Date().toISOString() },
  };
  await writeFile(path.join(dataDir, "instance.json"), JSON.stringify(instance), { mode: 0o600 });
  const variables = {
    PATH: process.env.PATH ?? "",
    DATA_DIR: dataDir,
    DATABASE_NAME: log.database.name,
    BACKUP_DIR: folder.dir,
    BACKUP_RECIPIENTS: database.recipient,
    KEY_BACKUP_RECIPIENTS: keys.recipient,
  };
  return {
    ...{ root, dataDir, folder, database, keys, log, variables },
    env: environments.launch.parse(variables),
    restartDatabase: async () => {
      await stopServer(dataDir);
      const passwordFile = path.join(dataDir, "keys/database/superuser");
      const again = await startEmbeddedDatabase({ dataDir, passwordFile, isDurable: false, archiveCommand });
      stop = () => again.stop();
    },
    close: async () => {
      await log.close().catch(() => undefined);
      await stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Ends the server as an operator does. Stopping the test server would remove its folder too. */
async function stopServer(dataDir: string): Promise<void> {
  const text = await readFile(path.join(dataDir, "postgres/data/postmaster.pid"), "utf8");
  const pid = Number(text.split("\n")[0]);
  signal(pid, "SIGINT");
  await waitForEnd(pid, 30_000);
}
