import "server-only";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { MigrationList } from "@prisma/schema-engine-wasm";
import type { Pool } from "pg";
import { createClient, createPool } from "@/lib/db/connection";
import { DatabaseError, mapDatabaseError } from "@/lib/db/errors";
import { openSchemaEngine } from "@/lib/db/schema-engine";

export const OWNER_ROLE = "sealport_owner";
/** "sealport" in ASCII, folded: any constant will do, as long as every migrating process takes the same. */
const ADVISORY_LOCK = 7_310_016_431;

/** A migration that the server refused: names the migration and the SQLSTATE. */
export class MigrationError extends Error {
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

/** Every object belongs to the owner role, whoever logs in; for migrations and recovery. */
export function openOwnerPool(url: string): Pool {
  const pool = createPool(url, { max: 2, role: OWNER_ROLE });
  pool.on("error", () => undefined);
  return pool;
}

async function applyAll(url: string, folder: string): Promise<string[]> {
  const pool = openOwnerPool(url);
  try {
    const engine = await openSchemaEngine(pool);
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await readMigrations(folder),
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
  const mapped = mapDatabaseError(error);
  if (mapped !== error && !(mapped instanceof DatabaseError)) return mapped;
  if (!(error instanceof Error)) return error;
  return new MigrationError(`migrations could not be applied: ${error.message.trim()}`, { cause: error });
}

/**
 * Applies the migrations in Prisma's layout that the database does not have yet, one process at a time.
 * `url` logs in as somebody who may become the owner role. Returns the names applied now.
 */
export async function migrate(url: string, folder: string): Promise<string[]> {
  const holder = createClient(url);
  holder.on("error", () => undefined);
  try {
    await holder.connect();
    await holder.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCK]);
    return await applyAll(url, folder);
  } catch (error) {
    throw error instanceof MigrationError ? error : mapDatabaseError(error);
  } finally {
    // Ending the session releases the lock.
    await holder.end().catch(() => undefined);
  }
}
