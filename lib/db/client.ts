import "server-only";
import { PrismaPg } from "@prisma/adapter-pg";
import type { Pool } from "pg";
import { PrismaClient } from "@/lib/db/generated/client";
import { DEFAULT_WAIT_MS, openPool, type PoolOptions } from "@/lib/db/pool";
import { openPrepared, type Prepared } from "@/lib/db/prepared";
import type { Running } from "@/lib/db/statement";

/** Most statements that get a name; each connection keeps a plan for every name it has seen. */
const MAX_NAMED = 400;

/**
 * Names for prepared statements, one for each text, so that a connection parses and plans a statement once and not at
 * every call. Texts beyond the bound (lists of many lengths) stay unnamed. Not for a proxy that gives each transaction
 * another connection without supporting prepared statements.
 */
export function createStatementNames(): (statement: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= MAX_NAMED) return "";
    const name = `p${names.size + 1}`;
    names.set(sql, name);
    return name;
  };
}

/** A follower of a database. */
export interface Replica {
  /** Returns the follower when it has all that the primary has committed by now; otherwise undefined. */
  caughtUp(): Promise<Database | undefined>;
  /** The follower failed in use: it is left alone for a while. */
  fail(): void;
}

/** One role's access to the database. Prisma and raw statements (COPY, group append) share the pool. */
export interface Database extends Running {
  readonly prisma: PrismaClient;
  readonly pool: Pool;
  /** Connections for the prepared statements of hot paths. */
  readonly prepared: Prepared;
  /** How long a transaction waits for its connection, in milliseconds. */
  readonly waitMs: number;
  /** A follower of this database, for the reads of lib/db/replica.ts. */
  readonly replica?: Replica;
  close(): Promise<void>;
}

export function openDatabase(options: PoolOptions): Database {
  const pool = openPool(options);
  const prepared = openPrepared(options);
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: createStatementNames() }),
    log: [],
    errorFormat: "minimal",
  });
  return {
    prisma,
    pool,
    prepared,
    run: prepared.run,
    waitMs: options.waitMs ?? DEFAULT_WAIT_MS,
    close: async () => {
      await prisma.$disconnect();
      await Promise.all([pool.end(), prepared.pool.end()]);
    },
  };
}
