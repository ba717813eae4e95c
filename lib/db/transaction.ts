// The room db: PostgreSQL. pool.ts and client.ts connect, this file runs transactions, migrate.ts applies migrations,
// bootstrap-roles.ts makes logins, embedded/ runs the server of an evaluation. A transaction always has its tenant
// set, and only this file makes one. Errors never have a value of a query.

import "server-only";
import type { PoolClient } from "pg";
import type { Database } from "@/lib/db/client";
import { mapDatabaseError } from "@/lib/db/errors";
import type { Prisma } from "@/lib/db/generated/client";
import { SET_TRANSACTION } from "@/lib/db/statement-names";
import { InvariantError } from "@/lib/errors";

/** What the database layer needs of a context: connections, and the tenant whose rows it may see. */
export interface DbContext {
  readonly db: Database;
  readonly instance: { readonly tenantId: string };
}

declare const inside: unique symbol;
/** A transaction handle in which the tenant is set. Only this file makes one. */
export type Tx = Prisma.TransactionClient & { readonly [inside]: true };

declare const insideRaw: unique symbol;
/** The same on a bare pg connection, for COPY and statements that Prisma cannot express. */
export type RawTx = PoolClient & { readonly [insideRaw]: true };

/** How long a transaction may run, in milliseconds, unless its caller knows that it has more to do. */
export const TIMEOUT_MS = 30_000;
const SNAPSHOT_TIMEOUT_MS = 10 * 60_000;

function isTx(tx: Prisma.TransactionClient): tx is Tx {
  return "$executeRaw" in tx;
}

function isRawTx(client: PoolClient): client is RawTx {
  return "release" in client;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Mode = "ISOLATION LEVEL READ COMMITTED" | "ISOLATION LEVEL REPEATABLE READ READ ONLY";

/** Mode and tenant of a transaction in one round trip: what follows `BEGIN` or `SET TRANSACTION`. It takes no parameters. */
function setting(cx: DbContext, mode: Mode): string {
  const { tenantId } = cx.instance;
  if (!UUID.test(tenantId)) throw new InvariantError("a tenant's id is not a UUID");
  return `${mode}; SET LOCAL sealport.tenant_id = '${tenantId}'`;
}

async function run<T>(
  cx: DbContext,
  { mode, timeout }: { readonly mode: Mode; readonly timeout: number },
  fn: (tx: Tx) => Promise<T>,
): Promise<T> {
  const prepared = `${SET_TRANSACTION} ${setting(cx, mode)}`;
  try {
    return await cx.db.prisma.$transaction(
      async (tx) => {
        await tx.$executeRawUnsafe(prepared);
        if (!isTx(tx)) throw new TypeError("not a transaction client");
        return fn(tx);
      },
      { timeout, maxWait: cx.db.waitMs },
    );
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

/**
 * Runs `fn` in a READ COMMITTED transaction with the tenant set. Throws only errors of ours; after `limitMs`
 * milliseconds it throws and stores no change.
 */
export function inTransaction<T>(
  cx: DbContext,
  fn: (tx: Tx) => Promise<T>,
  limitMs = TIMEOUT_MS,
): Promise<T> {
  return run(cx, { mode: "ISOLATION LEVEL READ COMMITTED", timeout: limitMs }, fn);
}

/** Runs `fn` on one consistent snapshot that cannot write (REPEATABLE READ READ ONLY), with the tenant set. */
export function inSnapshot<T>(cx: DbContext, fn: (tx: Tx) => Promise<T>): Promise<T> {
  return run(cx, { mode: "ISOLATION LEVEL REPEATABLE READ READ ONLY", timeout: SNAPSHOT_TIMEOUT_MS }, fn);
}

const abandoned = new WeakSet<PoolClient>();

/** Marks a connection that is left in the middle of a COPY: it cannot answer any more and is closed, not reused. */
export function abandonConnection(tx: RawTx): void {
  abandoned.add(tx);
}

/** Ends the transaction. A connection whose ROLLBACK fails is closed, so that the next caller does not get it. */
async function rollBack(client: PoolClient): Promise<Error | undefined> {
  if (abandoned.has(client)) return new Error("a COPY was left before its end");
  return client.query("ROLLBACK").then(
    () => undefined,
    (failure: Error) => failure,
  );
}

async function runRaw<T>(cx: DbContext, mode: Mode, fn: (tx: RawTx) => Promise<T>): Promise<T> {
  const begin = `BEGIN ${setting(cx, mode)}`;
  let client: PoolClient | undefined;
  let failure: Error | undefined;
  try {
    client = await cx.db.pool.connect();
    client.on("error", ignoreConnectionError);
    await client.query(begin);
    if (!isRawTx(client)) throw new TypeError("not a pool client");
    const result = await fn(client);
    if (abandoned.has(client)) failure = await rollBack(client);
    else await client.query("COMMIT");
    return result;
  } catch (error) {
    if (client !== undefined) failure = await rollBack(client);
    throw mapDatabaseError(error);
  } finally {
    client?.removeListener("error", ignoreConnectionError);
    client?.release(failure);
  }
}

/** The failure reaches the statement that runs; this listener only keeps it from ending the process. */
function ignoreConnectionError(): void {}

/** `inTransaction` on a bare connection: READ COMMITTED, tenant set, errors mapped. */
export function inRawTransaction<T>(cx: DbContext, fn: (tx: RawTx) => Promise<T>): Promise<T> {
  return runRaw(cx, "ISOLATION LEVEL READ COMMITTED", fn);
}

/** `inSnapshot` on a bare connection, for COPY streams. */
export function inRawSnapshot<T>(cx: DbContext, fn: (tx: RawTx) => Promise<T>): Promise<T> {
  return runRaw(cx, "ISOLATION LEVEL REPEATABLE READ READ ONLY", fn);
}
