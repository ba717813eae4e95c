import type { Database } from "@/lib/db/client";
import type { Run, Statement } from "@/lib/db/statement";

/** What a test does around one prepared statement of a use case. */
interface Around {
  /** Before the statement is sent; the first time only. */
  readonly before?: () => Promise<unknown>;
  /** After its answer has arrived; the first time only. */
  readonly after?: () => Promise<unknown>;
}

/**
 * Returns the same database, but `around` acts at the first use of this statement: between the steps of a use case that
 * a test cannot reach otherwise. `answers` has the rows of each use.
 */
export function atStatement(
  db: Database,
  statement: Pick<Statement<never, unknown>, "name">,
  { before, after }: Around,
): { readonly db: Database; readonly answers: readonly unknown[][] } {
  const answers: unknown[][] = [];
  let isFirst = true;
  const wrap =
    (run: Run): Run =>
    async (one, params) => {
      if (one.name !== statement.name) return run(one, params);
      const acts = isFirst;
      isFirst = false;
      if (acts) await before?.();
      const rows = await run(one, params);
      answers.push(rows);
      if (acts) await after?.();
      return rows;
    };
  const { prepared } = db;
  const wrapped = {
    ...prepared,
    run: wrap(prepared.run),
    transaction: <T>(...[fn, options]: Parameters<typeof prepared.transaction<T>>) =>
      prepared.transaction((tx) => fn({ run: wrap(tx.run), finish: wrap(tx.finish) }), options),
  };
  return { db: { ...db, prepared: wrapped, run: wrapped.run }, answers };
}
