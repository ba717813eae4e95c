import "server-only";
import type { z } from "zod";
import type { Context } from "@/lib/context/context";
import { readableOf, viewRows } from "@/lib/db/read-rows";
import { DomainError } from "@/lib/errors";
import { decodeCursor, encodeCursor } from "@/lib/transactions/read/cursor";
import { listTransactionRows } from "@/lib/transactions/read/list-store";
import { viewOf } from "@/lib/transactions/read/view";
import { knowsAll } from "@/lib/transactions/read/who-may-know";
import type { TransactionPage, TransactionQuery } from "@/lib/transactions/schema";

/** A participant id that no one has: a caller who is neither staff nor a party sees no transactions. */
const NO_PARTICIPANT = "";

function microsOf(instant: string | undefined): bigint | undefined {
  if (instant === undefined) return undefined;
  const ms = Date.parse(instant);
  if (!Number.isFinite(ms)) throw new DomainError("request.invalid", { detail: "A time could not be read." });
  return BigInt(ms) * 1000n;
}

/** Returns metadata of the transactions that the caller may know of, newest first. `from` is included, `to` is not. */
export async function listTransactions(
  cx: Context,
  query: TransactionQuery,
): Promise<z.input<typeof TransactionPage>> {
  const rows = await listTransactionRows(cx.db.run, {
    tenantId: cx.instance.tenantId,
    own: knowsAll(cx.principal) ? undefined : (cx.principal.participantId ?? NO_PARTICIPANT),
    participant: query.participant,
    jobId: query.job_id,
    status: query.status,
    fromMicros: microsOf(query.from),
    toMicros: microsOf(query.to),
    after: query.cursor === undefined ? undefined : decodeCursor(query.cursor),
    limit: query.limit + 1,
  });
  const page = rows.slice(0, query.limit);
  // An unreadable row has no place in the order, so the next page starts with it again.
  const last = readableOf(page).at(-1);
  const next_cursor =
    rows.length > page.length && last !== undefined
      ? encodeCursor({ micros: last.createdAtMicros, id: last.id })
      : null;
  return { ...viewRows(cx, "transactions", page, viewOf), next_cursor };
}
