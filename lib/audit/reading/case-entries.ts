import "server-only";
import { z } from "zod";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { fencedConditions } from "./fence";
import { closedOrigin } from "./of-log";

const Row = z.object({
  entry_id: z.string(),
  at: z.string(),
  action: z.string(),
  case_id: z.string().nullable(),
  request_id: z.string().nullable(),
  seq: z.coerce.number().int(),
  log: z.string(),
});

/** An entry of the log about a case, with its place. */
export interface CaseEntry {
  readonly entryId: string;
  readonly atMs: number;
  readonly action: string;
  /** The request or the legal hold that it is about. */
  readonly about: string | undefined;
  readonly seq: number;
  readonly closedLog: string | null;
}

/** What entries are looked for. */
export interface WantedEntries {
  readonly requestIds: readonly string[];
  readonly holdIds: readonly string[];
  readonly entryIds: readonly string[];
}

/** More than any case has; the log has them all. */
const MOST = 5_000;

/**
 * Returns entries in the tree about these requests and legal holds, and entries by id, oldest first. The calling code
 * decides who may read the requests. The fence of the log applies as everywhere (I12).
 */
export async function readCaseEntries(tx: Tx, cx: Context, wanted: WantedEntries): Promise<CaseEntry[]> {
  const conditions = fencedConditions(cx).add("i.outcome = ?", "done");
  const [requests, holds, entries] = [wanted.requestIds, wanted.holdIds, wanted.entryIds].map((ids) =>
    conditions.parameter([...ids]),
  );
  const rows = await tx.$queryRawUnsafe(
    `SELECT i.entry_id::text, i.at, i.action, i.case_id::text, i.request_id::text, l.seq, l.log
     FROM (SELECT entry_id FROM audit_index WHERE request_id = ANY (${requests}::uuid[])
       UNION SELECT entry_id FROM audit_index WHERE tenant_id = $1::uuid AND case_id = ANY (${holds}::uuid[])
         AND action IN ('preservation.create', 'preservation.release')
       UNION SELECT unnest(${entries}::uuid[])) w
     JOIN audit_index i ON i.entry_id = w.entry_id JOIN audit_leaf l ON l.entry_id = i.entry_id
     WHERE ${conditions.text} ORDER BY i.at, i.entry_id LIMIT ${conditions.parameter(MOST)}`,
    ...conditions.values,
  );
  return z
    .array(Row)
    .parse(rows)
    .map((row) => ({
      entryId: row.entry_id,
      atMs: Date.parse(row.at),
      action: row.action,
      about: row.request_id ?? row.case_id ?? undefined,
      seq: row.seq,
      closedLog: closedOrigin(cx.instance, row.log),
    }));
}
