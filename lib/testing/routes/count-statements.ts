import pg from "pg";

/**
 * Counts the statements that this process sends to PostgreSQL while `run` runs, by whatever way: every pool and Prisma's
 * adapter call the same method. Nothing is changed about them.
 */
export async function countStatements<T>(
  run: () => Promise<T>,
): Promise<{ readonly value: T; readonly statements: number }> {
  const own = pg.Client.prototype.query;
  let statements = 0;
  const counted = function (this: pg.Client, ...args: unknown[]): unknown {
    statements += 1;
    return Reflect.apply(own, this, args);
  };
  Reflect.set(pg.Client.prototype, "query", counted);
  try {
    return { value: await run(), statements };
  } finally {
    Reflect.set(pg.Client.prototype, "query", own);
  }
}
