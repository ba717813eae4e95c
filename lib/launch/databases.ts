import "server-only";
import path from "node:path";
import { archiveCommand } from "@/lib/backup/archive/wal-archive";
import { bootstrapRoles, type LoginRole, urlFor } from "@/lib/db/bootstrap-roles";
import { acceptsLogin, holdsInstance, requireDatabase } from "@/lib/db/check-database";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "@/lib/db/embedded/embedded-database";
import { StartError } from "@/lib/db/embedded/start-error";
import { migrate, requireThisBuild } from "@/lib/db/migrate";
import type { LaunchEnv } from "@/lib/env";
import type { InstanceFolders } from "@/lib/launch/folders";
import { loadPasswords } from "@/lib/launch/passwords";
import { PROGRAM_ROOT } from "@/lib/launch/program";

/** One URL for each purpose; every process gets only its own. */
export interface DatabaseUrls {
  readonly portal: string;
  readonly worker: string;
  readonly sequencer: string;
  readonly retention: string | undefined;
  readonly signer: string;
}

export interface OpenDatabases {
  readonly urls: DatabaseUrls;
  readonly embedded: EmbeddedDatabase | undefined;
  /** True when an instance has lived in this database. */
  readonly isUsed: boolean;
  readonly applied: readonly string[];
}

const MIGRATIONS = path.join(PROGRAM_ROOT, "prisma/migrations");

/**
 * Starts the embedded PostgreSQL of a data folder. Called again when it has died. With BACKUP_DIR each start archives its
 * WAL: a start without would leave a gap that no restore gets over.
 */
export function startOwnServer(env: LaunchEnv, folders: InstanceFolders): Promise<EmbeddedDatabase> {
  return startEmbeddedDatabase({
    dataDir: folders.dataDir,
    passwordFile: superuserFile(folders),
    ...(env.BACKUP_DIR === undefined ? {} : { archiveCommand }),
  });
}

/** The file with the password of the embedded database's superuser. */
export function superuserFile(folders: InstanceFolders): string {
  return path.join(folders.keyDir("database"), "superuser");
}

async function bootstrap(
  env: LaunchEnv,
  adminUrl: string,
  folders: InstanceFolders,
  isReset: boolean,
): Promise<{ urls: DatabaseUrls; ownerUrl: string }> {
  const passwords = await loadPasswords(folders);
  const database = env.DATABASE_NAME;
  await bootstrapRoles({ adminUrl, database, passwords, isReset });
  const login = (user: LoginRole): string => urlFor(adminUrl, { user, password: passwords[user] }, database);
  await requirePassword(login("sealport_app_login"));
  return {
    ownerUrl: urlFor(adminUrl, undefined, database),
    urls: {
      portal: env.DATABASE_URL ?? login("sealport_app_login"),
      worker: login("sealport_worker_login"),
      sequencer: env.SEQUENCER_DATABASE_URL ?? login("sealport_sequencer_login"),
      retention: env.RETENTION_DATABASE_URL ?? login("sealport_retention_login"),
      signer: env.SIGNER_DATABASE_URL ?? login("sealport_signer_login"),
    },
  };
}

/** Refuses logins that another DATA_DIR has made: its parts run with their passwords. */
export async function requirePassword(url: string): Promise<void> {
  if (await acceptsLogin(url)) return;
  throw new StartError(
    "The database logins have other passwords than those in DATA_DIR. Use the DATA_DIR that made them, or run: npm run migrate -- --reset-passwords",
  );
}

/**
 * Returns the URLs of an operator who made the roles by hand. Only the retention login may be missing: then another
 * worker must have it, or agreed erasures raise the alarm `erasure-late`.
 */
function givenUrls(env: LaunchEnv): DatabaseUrls {
  const { DATABASE_URL, SEQUENCER_DATABASE_URL, SIGNER_DATABASE_URL } = env;
  if (
    DATABASE_URL === undefined ||
    SEQUENCER_DATABASE_URL === undefined ||
    SIGNER_DATABASE_URL === undefined
  ) {
    throw new StartError(
      "DATABASE_URL is set, so set DATABASE_ADMIN_URL too (a login that may make roles), or SEQUENCER_DATABASE_URL, SIGNER_DATABASE_URL, RETENTION_DATABASE_URL and DATABASE_OWNER_URL.",
    );
  }
  return {
    portal: DATABASE_URL,
    worker: DATABASE_URL,
    sequencer: SEQUENCER_DATABASE_URL,
    retention: env.RETENTION_DATABASE_URL,
    signer: SIGNER_DATABASE_URL,
  };
}

/** The databases an operator names, each of them asked once: a wrong one is named before anything starts. */
async function openGiven(env: LaunchEnv): Promise<OpenDatabases> {
  const urls = givenUrls(env);
  const ownerUrl = env.DATABASE_OWNER_URL;
  if (ownerUrl !== undefined) await requireDatabase("DATABASE_OWNER_URL", ownerUrl);
  await requireDatabase("DATABASE_URL", urls.portal);
  await requireDatabase("SEQUENCER_DATABASE_URL", urls.sequencer);
  await requireDatabase("SIGNER_DATABASE_URL", urls.signer);
  if (urls.retention !== undefined) await requireDatabase("RETENTION_DATABASE_URL", urls.retention);
  const applied = ownerUrl === undefined ? [] : await migrate(ownerUrl, MIGRATIONS);
  if (ownerUrl === undefined) await requireThisBuild(urls.portal, MIGRATIONS);
  const isUsed = await holdsInstance("DATABASE_URL", urls.portal);
  return { urls, embedded: undefined, isUsed, applied };
}

/**
 * Returns the database of this instance, with roles and migrations up to date. `isReset` gives logins that exist the
 * passwords of this DATA_DIR.
 */
export async function openDatabases(
  env: LaunchEnv,
  folders: InstanceFolders,
  isReset = false,
): Promise<OpenDatabases> {
  if (env.DATABASE_URL !== undefined && env.DATABASE_ADMIN_URL === undefined) return openGiven(env);
  const given = env.DATABASE_ADMIN_URL;
  if (given !== undefined) await requireDatabase("DATABASE_ADMIN_URL", given);
  const embedded = given === undefined ? await startOwnServer(env, folders) : undefined;
  try {
    const adminUrl = given ?? embedded?.adminUrl ?? "";
    const { urls, ownerUrl } = await bootstrap(env, adminUrl, folders, isReset);
    const applied = await migrate(env.DATABASE_OWNER_URL ?? ownerUrl, MIGRATIONS);
    const isUsed = await holdsInstance("DATABASE_URL", urls.portal);
    return { urls, embedded, isUsed, applied };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}
