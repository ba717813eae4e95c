import "server-only";
import { Client, type ClientConfig, Pool, type PoolConfig, types } from "pg";
import { tracePool } from "@/lib/db/trace-pool";
import { watchPool } from "@/lib/db/watch-pool";
import { tracer } from "@/lib/telemetry/tracing/spans";

/**
 * Settings of every connection, which no URL, role or database setting overrides. Times are UTC, because Prisma's
 * adapter sends instants without a zone. A transaction is READ COMMITTED and may write, unless it says otherwise. Names
 * are found first in pg_catalog, then in `public`, and nowhere else. PostgreSQL searches pg_catalog first if it is not
 * listed. It searches the session's temporary schema even before that, for tables and types, unless it is listed: so
 * we list it last. A pooler in transaction mode drops the settings that a connection asks for at its beginning.
 * Therefore bootstrap-roles.ts gives the login roles the same settings, and a part checks at its start that it has them
 * (check-database.ts).
 */
export const PINNED_SETTINGS = {
  timezone: "UTC",
  search_path: "public,pg_temp",
  default_transaction_isolation: "read committed",
  default_transaction_read_only: "off",
} as const;

/** A space in the value of a setting ends it unless a backslash comes before. */
const PINNED = Object.entries(PINNED_SETTINGS)
  .map(([name, value]) => `-c ${name}=${value.replaceAll(" ", "\\ ")}`)
  .join(" ");

interface SessionSettings {
  /** Role that the session becomes. */
  readonly role?: string | undefined;
  /**
   * The tenant whose rows the session reads and writes, a UUID; without it a login finds no row (9_tenancy). A pooler
   * that takes no settings from its clients sets it itself (docs/guides/tenants.md).
   */
  readonly tenantId?: string | undefined;
}

type Settings<Config> = Omit<Config, "connectionString" | "options"> & SessionSettings;

/** Removes `?options=` from a URL, because its settings would replace ours instead of preceding them. */
function splitOptions(url: string): { readonly connectionString: string; readonly given: readonly string[] } {
  const [address = "", ...rest] = url.split("?");
  const query = new URLSearchParams(rest.join("?"));
  const given = query.getAll("options");
  if (given.length === 0) return { connectionString: url, given };
  query.delete("options");
  return { connectionString: query.size === 0 ? address : `${address}?${query}`, given };
}

function configOf<Config>(url: string, { role, tenantId, ...settings }: Settings<Config>) {
  const { connectionString, given } = splitOptions(url);
  const become = role === undefined ? [] : [`-c role=${role}`];
  const walled = tenantId === undefined ? [] : [`-c sealport.tenant=${tenantId}`];
  return { ...settings, connectionString, options: [...given, ...become, PINNED, ...walled].join(" ") };
}

/** Reads bigint columns as bigint, as Prisma's adapter does, so the same row is read by either. */
export const AS_PRISMA: PoolConfig["types"] = {
  getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? BigInt : types.getTypeParser(oid, format)),
};

/** The statement that runs gets the failure. Without a listener the event would end the process. */
function ignoreLoss(): void {}

/**
 * One connection, not opened yet. Settings in the URL (`?options=`) stay, but for those that are pinned. A connection
 * that the server ends fails the statement that runs, or the next one.
 */
export function createClient(url: string, settings: Settings<ClientConfig> = {}): Client {
  return new Client(configOf(url, settings)).on("error", ignoreLoss);
}

/** Connections by need, each with the same beginning as `createClient`. They are in the metrics, and traced if traces are on. */
export function createPool(url: string, settings: Settings<PoolConfig> = {}): Pool {
  const pool = new Pool(configOf(url, settings)).on("error", ignoreLoss);
  pool.on("connect", (client) => client.on("error", ignoreLoss));
  watchPool(pool);
  if (tracer() !== undefined) tracePool(pool);
  return pool;
}
