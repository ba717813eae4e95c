import "server-only";
import type { Pool, PoolClient } from "pg";
import { AS_PRISMA, createPool } from "@/lib/db/connection";
import { mapDatabaseError } from "@/lib/db/errors";
import { codeOf, DEFAULT_WAIT_MS, type PoolOptions } from "@/lib/db/pool";
import type { Run, Running, Statement } from "@/lib/db/statement";
import { InvariantError } from "@/lib/errors";

/** Connections for prepared statements. Two cores need no more: idle plans and caches of more of them cost CPU time. */
const CONNECTIONS = 4;
/** How long a statement may run, and how long a transaction may wait for its process, in milliseconds. */
export const STATEMENT_MS = 30_000;
/** How long a statement waits for a row that another transaction has locked: a few such waits must not stop all calls. */
const LOCK_MS = 5_000;
/** Beyond the server's own limit the connection is given up: the server does not answer at all. */
const SILENCE_MS = 5_000;

/** A transaction on one connection. Its statements run in order, and none of them needs the answer of the one before. */
export interface PreparedTx extends Running {
  /**
   * Runs the last statement and COMMIT in one round trip. Use it only for a statement whose result cannot forbid the
   * commit. A failed statement is the error that is thrown.
   */
  readonly finish: Run;
}

interface TransactionOptions {
  readonly limitMs?: number;
  readonly isSnapshot?: boolean;
}

/** Prepared statements on connections of their own. */
export interface Prepared extends Running {
  readonly pool: Pool;
  /** Runs `fn` in a READ COMMITTED transaction, or in one snapshot that cannot write. */
  transaction<T>(fn: (tx: PreparedTx) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

/** After these the connection cannot be used: it is closed, and the next caller gets another. */
function isBroken(error: Error): boolean {
  const code = codeOf(error);
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|57P|25P03)/.test(code);
}

interface Sent {
  readonly rows: unknown[];
  readonly command: string;
}

function send(
  client: PoolClient,
  query: { readonly text: string; readonly name?: string; readonly values?: unknown[] },
  limitMs: number,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const config = { ...query, query_timeout: limitMs + SILENCE_MS };
    client.query(config, (error: Error | null, result: Sent) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
}

function rowsOf<R>({ rows }: Sent): R[] {
  // The type is what the statement declares, as with Prisma's $queryRaw; stores parse what they do not trust.
  return rows as R[];
}

async function commit(client: PoolClient, limitMs: number): Promise<void> {
  const { command } = await send(client, { text: "COMMIT" }, limitMs);
  // The server answers COMMIT of a failed transaction with ROLLBACK and no error.
  if (command !== "COMMIT") throw new InvariantError("a transaction was rolled back at its commit");
}

/** Both promises are awaited, so that none is left; the first failure in order is the cause of the others. */
async function inOrder<T>(first: Promise<T>, ...others: readonly Promise<unknown>[]): Promise<T> {
  const settled = await Promise.allSettled([first, ...others]);
  for (const one of settled) if (one.status === "rejected") throw one.reason;
  return first;
}

class Transaction implements PreparedTx {
  #isOver = false;
  #isLeft = false;

  constructor(
    private readonly client: PoolClient,
    private readonly begun: Promise<unknown>,
    private readonly limitMs: number,
  ) {}

  readonly run: Run = async <P, R>({ name, text, values }: Statement<P, R>, params: P) => {
    // Of several branches one has failed, and the connection may already be another caller's.
    if (this.#isLeft) throw new InvariantError("a statement came after its transaction had ended");
    const sent = send(this.client, { name, text, values: values(params) }, this.limitMs);
    // BEGIN was sent just before. Without it the statement ran alone, and its answer must not be used.
    await inOrder(this.begun, sent);
    return rowsOf<R>(await sent);
  };

  readonly finish: Run = async (one, params) => {
    this.#isOver = true;
    const rows = this.run(one, params);
    return inOrder(rows, commit(this.client, this.limitMs));
  };

  /** From here on no statement is sent. */
  leave(): void {
    this.#isLeft = true;
  }

  async end(): Promise<void> {
    if (!this.#isOver)
      await inOrder(
        this.begun.then(() => undefined),
        commit(this.client, this.limitMs),
      );
  }
}

async function transaction<T>(
  pool: Pool,
  fn: (tx: PreparedTx) => Promise<T>,
  { limitMs = STATEMENT_MS, isSnapshot = false }: TransactionOptions = {},
): Promise<T> {
  let client: PoolClient | undefined;
  let tx: Transaction | undefined;
  let failure: Error | undefined;
  try {
    client = await pool.connect();
    const limit = limitMs === STATEMENT_MS ? "" : `; SET LOCAL statement_timeout = ${Math.round(limitMs)}`;
    const mode = isSnapshot ? "REPEATABLE READ READ ONLY" : "READ COMMITTED";
    const begun = send(client, { text: `BEGIN ISOLATION LEVEL ${mode}${limit}` }, limitMs);
    begun.catch(() => undefined);
    tx = new Transaction(client, begun, limitMs);
    const value = await fn(tx);
    await tx.end();
    return value;
  } catch (error) {
    tx?.leave();
    if (client !== undefined) failure = await rollBack(client);
    throw mapDatabaseError(error);
  } finally {
    tx?.leave();
    client?.release(failure);
  }
}

/** Ends a failed transaction; returns the failure of a connection that cannot do so. */
function rollBack(client: PoolClient): Promise<Error | undefined> {
  return send(client, { text: "ROLLBACK" }, SILENCE_MS).then(
    () => undefined,
    (error: Error) => error,
  );
}

function runAlone<P, R>(pool: Pool, { name, text, values }: Statement<P, R>, params: P): Promise<R[]> {
  // With callbacks a statement costs one promise; each has its price while Next tracks them.
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(mapDatabaseError(error));
    pool.connect((unreachable, client, release) => {
      if (unreachable !== undefined || client === undefined) return fail(unreachable);
      const config = { name, text, values: values(params), query_timeout: STATEMENT_MS + SILENCE_MS };
      client.query(config, (error: Error | null, result: Sent) => {
        release(error && isBroken(error) ? error : undefined);
        if (error) fail(error);
        else resolve(rowsOf<R>(result));
      });
    });
  });
}

/**
 * Opens the connections of prepared statements. They stay open, because a new one plans each statement again. A
 * pipelined connection refuses COPY and cursors, so these use the other pool.
 */
export function openPrepared(options: PoolOptions): Prepared {
  const pool = createPool(options.url, {
    tenantId: options.tenantId,
    max: Math.min(options.maxConnections ?? CONNECTIONS, CONNECTIONS),
    application_name: `${options.applicationName ?? "sealport"}-prepared`,
    connectionTimeoutMillis: options.waitMs ?? DEFAULT_WAIT_MS,
    idleTimeoutMillis: 0,
    keepAlive: true,
    pipeline: true,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    ...(AS_PRISMA === undefined ? {} : { types: AS_PRISMA }),
  });
  pool.on("error", (error) => options.onIdleError?.(codeOf(error)));
  return {
    pool,
    run: (one, params) => runAlone(pool, one, params),
    transaction: (fn, transactionOptions) => transaction(pool, fn, transactionOptions),
  };
}
