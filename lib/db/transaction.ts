import "server-only";
import type { PoolClient } from "pg";
import type { DbContext } from "@/lib/context";
import { mapDatabaseError } from "@/lib/db/errors";
import { Prisma } from "@/lib/db/generated/client";

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

async function run<T>(
  cx: DbContext,
  options: { readonly isolationLevel: Prisma.TransactionIsolationLevel; readonly timeout: number },
  prepare: (tx: Prisma.TransactionClient) => Promise<unknown>,
  fn: (tx: Tx) => Promise<T>,
): Promise<T> {
  try {
    return await cx.db.prisma.$transaction(
      async (tx) => {
        await prepare(tx);
        if (!isTx(tx)) throw new TypeError("not a transaction client");
        return fn(tx);
      },
      { ...options, maxWait: cx.db.waitMs },
    );
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

/**
 * Runs `fn` in a READ COMMITTED transaction with the tenant set. Throws errors of ours only; after `limitMs` milliseconds
 * nothing of it was stored.
 */
export function inTransaction<T>(
  cx: DbContext,
  fn: (tx: Tx) => Promise<T>,
  limitMs = TIMEOUT_MS,
): Promise<T> {
  return run(
    cx,
    { isolationLevel: Prisma.TransactionIsolationLevel.ReadCommitted, timeout: limitMs },
    (tx) => tx.$executeRaw`SELECT set_config('sealport.tenant_id', ${cx.instance.tenantId}, true)`,
    fn,
  );
}

/** Runs `fn` on one consistent snapshot that cannot write (REPEATABLE READ READ ONLY), with the tenant set. */
export function inSnapshot<T>(cx: DbContext, fn: (tx: Tx) => Promise<T>): Promise<T> {
  return run(
    cx,
    { isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead, timeout: SNAPSHOT_TIMEOUT_MS },
    (tx) =>
      tx.$executeRaw`SELECT set_config('transaction_read_only', 'on', true),
                            set_config('sealport.tenant_id', ${cx.instance.tenantId}, true)`,
    fn,
  );
}

const abandoned = new WeakSet<PoolClient>();

/** Marks a connection that is left in the middle of a COPY: it answers nothing more and is closed, not reused. */
export function abandonConnection(tx: RawTx): void {
  abandoned.add(tx);
}

/** Ends the transaction. A connection whose ROLLBACK fails is not fit for the next caller: it is thrown away. */
async function rollBack(client: PoolClient): Promise<Error | undefined> {
  if (abandoned.has(client)) return new Error("a COPY was left before its end");
  return client.query("ROLLBACK").then(
    () => undefined,
    (failure: Error) => failure,
  );
}

async function runRaw<T>(cx: DbContext, begin: string, fn: (tx: RawTx) => Promise<T>): Promise<T> {
  let client: PoolClient | undefined;
  let failure: Error | undefined;
  try {
    client = await cx.db.pool.connect();
    client.on("error", ignoreConnectionError);
    await client.query(begin);
    await client.query("SELECT set_config('sealport.tenant_id', $1, true)", [cx.instance.tenantId]);
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
  return runRaw(cx, "BEGIN ISOLATION LEVEL READ COMMITTED", fn);
}

/** `inSnapshot` on a bare connection, for COPY streams. */
export function inRawSnapshot<T>(cx: DbContext, fn: (tx: RawTx) => Promise<T>): Promise<T> {
  return runRaw(cx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", fn);
}
