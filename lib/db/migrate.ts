import "server-only";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { MigrationList } from "@prisma/schema-engine-wasm";
import type { Client, Pool } from "pg";
import { createClient, createPool } from "@/lib/db/connection";
import { StartError } from "@/lib/db/embedded/start-error";
import { DatabaseError, mapDatabaseError } from "@/lib/db/errors";
import { openSchemaEngine } from "@/lib/db/schema-engine";
import { OperatorError } from "@/lib/errors";

export const OWNER_ROLE = "sealport_owner";
/** "sealport" in ASCII, folded. Any constant works, if all migrating processes use the same one. */
const ADVISORY_LOCK = 7_310_016_431;

/** A migration that the server refused: names the migration and the SQLSTATE. */
export class MigrationError extends OperatorError {
  override readonly name = "MigrationError";
}

async function readMigrations(folder: string): Promise<MigrationList> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: {
          tag: "ok" as const,
          value: await readFile(path.join(folder, name, "migration.sql"), "utf8"),
        },
      },
    })),
  );
  const lockfile = await readFile(path.join(folder, "migration_lock.toml"), "utf8").catch(() => null);
  return {
    baseDir: folder,
    lockfile: { path: "migration_lock.toml", content: lockfile },
    shadowDbInitScript: "",
    migrationDirectories,
  };
}

/**
 * Throws a StartError if the database has a migration that this program does not have, byte for byte. Migrations are
 * edited as long as nothing has been released, so a name alone does not identify one.
 */
async function refuseEarlierBuild(db: Pick<Client, "query">, list: MigrationList): Promise<void> {
  const table = await db.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists");
  if (table.rows[0]?.exists !== true) return;
  const applied = await db.query<{ name: string; checksum: string }>(
    "SELECT migration_name::text AS name, checksum::text FROM _prisma_migrations WHERE finished_at IS NOT NULL",
  );
  const ours = new Map(
    list.migrationDirectories.flatMap(({ path: name, migrationFile: { content } }) =>
      content.tag === "ok" ? [[name, createHash("sha256").update(content.value).digest("hex")]] : [],
    ),
  );
  if (applied.rows.every(({ name, checksum }) => ours.get(name) === checksum)) return;
  throw new StartError(
    "The database was made by an earlier build: start with a new DATA_DIR; on your own PostgreSQL also with an empty database.",
  );
}

/** Throws a StartError if an earlier build made the database of `url`. For logins that cannot migrate. */
export async function requireThisBuild(url: string, folder: string): Promise<void> {
  const client = createClient(url);
  try {
    await client.connect();
    await refuseEarlierBuild(client, await readMigrations(folder));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * A pool that acts as the owner role for any login, because all objects belong to it; for migrations and recovery. With
 * a tenant it reads and writes that tenant's rows only.
 */
export function openOwnerPool(url: string, tenantId?: string): Pool {
  return createPool(url, { max: 2, role: OWNER_ROLE, tenantId });
}

async function applyAll(url: string, folder: string): Promise<string[]> {
  const pool = openOwnerPool(url);
  try {
    const migrationsList = await readMigrations(folder);
    await refuseEarlierBuild(pool, migrationsList);
    const engine = await openSchemaEngine(pool);
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList,
      filters: { externalTables: [], externalEnums: [] },
    });
    engine.free();
    return appliedMigrationNames;
  } catch (error) {
    throw explain(error);
  } finally {
    await pool.end();
  }
}

/** The engine's message quotes the failed migration and the server's answer: file contents, no data. */
function explain(error: unknown): unknown {
  if (error instanceof StartError) return error;
  const mapped = mapDatabaseError(error);
  if (mapped !== error && !(mapped instanceof DatabaseError)) return mapped;
  if (!(error instanceof Error)) return error;
  return new MigrationError(`migrations could not be applied: ${error.message.trim()}`, { cause: error });
}

/**
 * Applies the migrations in Prisma's layout that the database does not have yet, one process at a time.
 * `url` logs in as a role that may become the owner role. Returns the names applied now. Throws a StartError if an
 * earlier build made the database.
 */
export async function migrate(url: string, folder: string): Promise<string[]> {
  const holder = createClient(url);
  try {
    await holder.connect();
    await holder.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCK]);
    return await applyAll(url, folder);
  } catch (error) {
    throw error instanceof MigrationError || error instanceof StartError ? error : mapDatabaseError(error);
  } finally {
    // Ending the session releases the lock.
    await holder.end().catch(() => undefined);
  }
}
