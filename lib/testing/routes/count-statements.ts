import pg from "pg";

/** The text of what `query` of pg is given: a string, or an object that has one; COPY streams have one too. */
function textOf(given: unknown): string {
  if (typeof given === "string") return given;
  const { text } = Object(given);
  return typeof text === "string" ? text : "";
}

/**
 * Counts the statements that this process sends to PostgreSQL while `run` runs, by whatever way: every pool and Prisma's
 * adapter call the same method. Nothing is changed about them. `texts` are they, in the order in which they were sent.
 */
export async function countStatements<T>(
  run: () => Promise<T>,
): Promise<{ readonly value: T; readonly statements: number; readonly texts: readonly string[] }> {
  const own = pg.Client.prototype.query;
  const texts: string[] = [];
  const counted = function (this: pg.Client, ...args: unknown[]): unknown {
    texts.push(textOf(args[0]));
    return Reflect.apply(own, this, args);
  };
  Reflect.set(pg.Client.prototype, "query", counted);
  try {
    return { value: await run(), statements: texts.length, texts };
  } finally {
    Reflect.set(pg.Client.prototype, "query", own);
  }
}
