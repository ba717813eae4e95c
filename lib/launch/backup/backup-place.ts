import "server-only";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Client, Pool } from "pg";
import { type BackupFolder, openBackupFolder } from "@/lib/backup/archive/backup-folder";
import { parseRecipients } from "@/lib/backup/archive/sealed-file";
import { BackupRefused } from "@/lib/backup/refused";
import { findRunningServer } from "@/lib/backup/server/running-server";
import { urlFor } from "@/lib/db/bootstrap-roles";
import { createClient } from "@/lib/db/connection";
import { embeddedUrl } from "@/lib/db/embedded/embedded-database";
import { mapDatabaseError } from "@/lib/db/errors";
import { openOwnerPool } from "@/lib/db/migrate";
import type { LaunchEnv } from "@/lib/env";
import { DomainError, OperatorError } from "@/lib/errors";
import { startOwnServer, superuserFile } from "@/lib/launch/databases";
import { type InstanceFolders, prepareFolders } from "@/lib/launch/folders";
import { readInstance } from "@/lib/launch/instance-file";
import { lockDataFolder } from "@/lib/launch/lock";

/** A database that is backed up, as its superuser or with the right REPLICATION. */
export interface BackedUpDatabase {
  readonly url: string;
  /** For the reports: a login that may become the owner. */
  readonly ownerUrl: string;
  /** The embedded database's folder of this machine; undefined for an operator's own server. */
  readonly dataFolder: string | undefined;
}

/** Returns the folder of backups. Throws BackupRefused if none is set. */
export function backupFolder(env: LaunchEnv): Promise<BackupFolder> {
  if (env.BACKUP_DIR === undefined)
    throw new BackupRefused(
      "Set BACKUP_DIR to the folder of the backups, on another disk or a mounted store.",
    );
  return openBackupFolder(env.BACKUP_DIR);
}

interface Recipients {
  readonly database: readonly string[];
  readonly keys: readonly string[];
}

/**
 * Returns whom backups are encrypted to. Throws BackupRefused if one recipient is set for both kinds: their holder could
 * open everything.
 */
export function recipientsOf(env: LaunchEnv): Recipients {
  const parse = (text: string | undefined): string[] => (text === undefined ? [] : parseRecipients(text));
  const [database, keys] = [parse(env.BACKUP_RECIPIENTS), parse(env.KEY_BACKUP_RECIPIENTS)];
  if (database.some((recipient) => keys.includes(recipient)))
    throw new BackupRefused(
      "BACKUP_RECIPIENTS and KEY_BACKUP_RECIPIENTS name the same recipient: a backup of the database would open with the keys. Use two identities, held by two people.",
    );
  return { database, keys };
}

/** Returns the folders of the instance in DATA_DIR. Throws BackupRefused if there is none, and makes none. */
export async function instanceFolders(env: LaunchEnv): Promise<InstanceFolders> {
  const instance = await readInstance(path.join(path.resolve(env.DATA_DIR), "instance.json"));
  if (instance === undefined) throw new BackupRefused("No instance in DATA_DIR.");
  return prepareFolders(env.DATA_DIR);
}

/** The server that runs now, or one that is started for as long as `use` takes. */
async function withEmbedded<T>(env: LaunchEnv, use: (database: BackedUpDatabase) => Promise<T>): Promise<T> {
  const folders = await instanceFolders(env);
  const dataFolder = folders.file("postgres/data");
  const named = (adminUrl: string): BackedUpDatabase => {
    const url = urlFor(adminUrl, undefined, env.DATABASE_NAME);
    return { url, ownerUrl: url, dataFolder };
  };
  const running = await findRunningServer(dataFolder);
  if (running !== undefined) {
    const password = (await readFile(superuserFile(folders), "utf8")).trim();
    return use(named(embeddedUrl(running.socketFolder, password)));
  }
  const unlock = await lockDataFolder(folders.file("supervisor.lock"));
  try {
    const own = await startOwnServer(env, folders);
    try {
      return await use(named(own.adminUrl));
    } finally {
      await own.stop();
    }
  } finally {
    await unlock();
  }
}

/** Lends the database of this environment: the embedded one of DATA_DIR, or the operator's own. */
export function withDatabase<T>(env: LaunchEnv, use: (database: BackedUpDatabase) => Promise<T>): Promise<T> {
  const given = env.BACKUP_DATABASE_URL ?? env.DATABASE_ADMIN_URL;
  if (given !== undefined) {
    const named = (url: string): string => urlFor(url, undefined, env.DATABASE_NAME);
    const owner = env.DATABASE_OWNER_URL ?? env.DATABASE_ADMIN_URL;
    return use({
      url: named(given),
      ownerUrl: owner === undefined ? named(given) : named(owner),
      dataFolder: undefined,
    });
  }
  if (env.DATABASE_URL !== undefined)
    throw new BackupRefused("Set BACKUP_DATABASE_URL: a login with REPLICATION and the role sealport_owner.");
  return withEmbedded(env, use);
}

const AWAY =
  "The database cannot be reached. Check its URL (host, port, user, password) and that the server runs.";
const NO_RIGHTS =
  "A login lacks a right. That of BACKUP_DATABASE_URL needs REPLICATION and the role sealport_owner (docs/guides/backup.md#your-own-postgresql).";
const STOPPED = "The database stopped during the backup. Nothing was kept; make it again.";

/** Turns a failure of the server into one line; other failures stay as they are. */
function explainServer(error: unknown, line: string): unknown {
  if (error instanceof OperatorError) return error;
  const code: unknown = Reflect.get(Object(error), "code");
  if (code === "42501") return new BackupRefused(NO_RIGHTS);
  const isRefused = code === "28P01" || code === "28000" || code === "3D000";
  const mapped = mapDatabaseError(error);
  const isAway = mapped instanceof DomainError && mapped.code === "service.database-unavailable";
  return isRefused || isAway ? new BackupRefused(line) : error;
}

/** Lends the owner's connections, for the reports. Throws BackupRefused if the server is away or refuses the login. */
export async function withOwner<T>(
  { ownerUrl }: BackedUpDatabase,
  use: (owner: Pool) => Promise<T>,
): Promise<T> {
  const owner = openOwnerPool(ownerUrl);
  try {
    return await use(owner);
  } catch (error) {
    throw explainServer(error, AWAY);
  } finally {
    await owner.end();
  }
}

/** Lends one connection, on which a backup's session lives. Throws BackupRefused if the server is away or stops. */
export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = createClient(url, { connectionTimeoutMillis: 10_000, application_name: "sealport-backup" });
  client.on("error", () => undefined);
  try {
    await client.connect().catch((error: unknown) => {
      throw explainServer(error, AWAY);
    });
    return await use(client);
  } catch (error) {
    throw explainServer(error, STOPPED);
  } finally {
    await client.end().catch(() => undefined);
  }
}
