import "server-only";
import type { ClientBase } from "pg";

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly Plan[];
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Rows that PostgreSQL reads from a table or index to answer a statement, counted and not estimated. */
export interface RowsRead {
  readonly table: string;
  /** Index, or undefined when the table is read row after row. */
  readonly index?: string;
  readonly rows: number;
}

/**
 * Runs a statement with EXPLAIN ANALYZE in a transaction that is rolled back, and returns what it read. Tests of a
 * statement's cost compare these rows instead of times.
 */
export async function rowsRead(
  client: ClientBase,
  { text, values }: { readonly text: string; readonly values: readonly unknown[] },
): Promise<RowsRead[]> {
  await client.query("BEGIN");
  try {
    const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, [...values]);
    return nodesOf(rows[0]["QUERY PLAN"][0].Plan).flatMap((node) => {
      const { "Relation Name": table, "Index Name": index } = node;
      if (table === undefined || !node["Node Type"].includes("Scan")) return [];
      const removed = (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
      const read = (node["Actual Rows"] + removed) * node["Actual Loops"];
      return [{ table, ...(index === undefined ? {} : { index }), rows: read }];
    });
  } finally {
    await client.query("ROLLBACK");
  }
}
