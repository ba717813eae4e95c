// The room db: PostgreSQL. pool.ts and client.ts connect, this file runs transactions, migrate.ts applies migrations,
// bootstrap-roles.ts makes logins, embedded/ runs the server of an evaluation. Errors never contain a value of a query.

import "server-only";
import type { PoolClient } from "pg";
import type { Database } from "@/lib/db/client";
import { mapDatabaseError } from "@/lib/db/errors";
import type { Prisma } from "@/lib/db/generated/client";
import { type Running, within } from "@/lib/db/statement";

/** What stores need of a context: connections, and the tenant whose rows they read and write. */
export interface DbContext {
  readonly db: Database;
  readonly instance: { readonly tenantId: string };
}

declare const inside: unique symbol;
/** A transaction of Prisma that also runs statements. Stores that need only those take `Running`. */
export type Tx = Prisma.TransactionClient & Running & { readonly [inside]: true };

declare const insideRaw: unique symbol;
/** The same on a bare pg connection, for COPY and statements that Prisma cannot express. */
export type RawTx = PoolClient & { readonly [insideRaw]: true };

/** How long a transaction may run, in milliseconds, unless its caller knows that it has more to do. */
export const TIMEOUT_MS = 30_000;
const SNAPSHOT_TIMEOUT_MS = 10 * 60_000;

/**
 * Returns Prisma's handle with `run` added. It is a new object, because other transactions would see a property set on
 * the handle.
 */
function asTx(client: Prisma.TransactionClient): Tx {
  const tx: Prisma.TransactionClient = Object.create(client, { run: { value: within(client) } });
  if (!isTx(tx)) throw new TypeError("not a transaction client");
  return tx;
}

function isTx(tx: Prisma.TransactionClient): tx is Tx {
  return "$executeRaw" in tx && "run" in tx;
}

function isRawTx(client: PoolClient): client is RawTx {
  return "release" in client;
}

/**
 * How a read-only transaction on one consistent snapshot begins. Other transactions are READ COMMITTED
 * (lib/db/connection.ts).
 */
const SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ READ ONLY";

async function run<T>(
  cx: DbContext,
  { isSnapshot, timeout }: { readonly isSnapshot: boolean; readonly timeout: number },
  fn: (tx: Tx) => Promise<T>,
): Promise<T> {
  try {
    return await cx.db.prisma.$transaction(
      async (client) => {
        if (isSnapshot) await client.$executeRawUnsafe(`SET TRANSACTION ${SNAPSHOT}`);
        return fn(asTx(client));
      },
      { timeout, maxWait: cx.db.waitMs },
    );
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

/**
 * Runs `fn` in a READ COMMITTED transaction. Throws only errors of ours; after `limitMs` milliseconds it throws and
 * stores no change.
 */
export function inTransaction<T>(
  cx: DbContext,
  fn: (tx: Tx) => Promise<T>,
  limitMs = TIMEOUT_MS,
): Promise<T> {
  return run(cx, { isSnapshot: false, timeout: limitMs }, fn);
}

/** Runs `fn` on one consistent snapshot that cannot write (REPEATABLE READ READ ONLY). */
export function inSnapshot<T>(cx: DbContext, fn: (tx: Tx) => Promise<T>): Promise<T> {
  return run(cx, { isSnapshot: true, timeout: SNAPSHOT_TIMEOUT_MS }, fn);
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

async function runRaw<T>(cx: DbContext, begin: string, fn: (tx: RawTx) => Promise<T>): Promise<T> {
  let client: PoolClient | undefined;
  let failure: Error | undefined;
  try {
    client = await cx.db.pool.connect();
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
    client?.release(failure);
  }
}

/** `inTransaction` on a bare connection: READ COMMITTED, errors mapped. */
export function inRawTransaction<T>(cx: DbContext, fn: (tx: RawTx) => Promise<T>): Promise<T> {
  return runRaw(cx, "BEGIN", fn);
}

/** `inSnapshot` on a bare connection, for COPY streams. */
export function inRawSnapshot<T>(cx: DbContext, fn: (tx: RawTx) => Promise<T>): Promise<T> {
  return runRaw(cx, `BEGIN ${SNAPSHOT}`, fn);
}
