import pg from "pg";

/** Returns the text of the argument of pg's `query`: a string, or an object that has one; COPY streams have one too. */
function textOf(given: unknown): string {
  if (typeof given === "string") return given;
  const { text } = Object(given);
  return typeof text === "string" ? text : "";
}

/**
 * Counts the statements that this process sends to PostgreSQL while `run` runs, on any path: every pool and Prisma's adapter call the same
 * method. The statements are not changed. `texts` has them in the order of sending.
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
