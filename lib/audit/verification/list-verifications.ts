import "server-only";
import type { Context } from "@/lib/context";
import { isUuid, uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { appendEntry } from "../append-entry";
import { recordReadOnce } from "../record-read";
import { mergeReports } from "./merge-reports";
import type { VerificationItem, VerificationPage, VerificationQuery } from "./schema";
import {
  findOpenVerification,
  findVerification,
  insertVerification,
  noteEntry,
  selectVerifications,
  type VerificationRow,
} from "./store";

function toItem(row: VerificationRow): VerificationItem {
  const { done, total, started_at, finished_at, report, index_report, ...rest } = row;
  const isRunning = row.state === "running" && done !== null && total !== null;
  return {
    ...rest,
    report: report && mergeReports(report, index_report),
    started_at: started_at.toISOString(),
    finished_at: finished_at?.toISOString() ?? null,
    progress: isRunning ? { done, total } : null,
  };
}

/** Verifications by the server's job, newest first, with their reports. */
export async function listVerifications(cx: Context, query: VerificationQuery): Promise<VerificationPage> {
  const { limit, cursor } = query;
  if (cursor !== undefined && !isUuid(cursor)) {
    throw new DomainError("request.invalid", {
      errors: [{ pointer: "/cursor", detail: "not a cursor of this list" }],
    });
  }
  await recordReadOnce(cx, "audit.verifications");
  const { tenantId } = cx.instance;
  const rows = await inSnapshot(cx, (tx) =>
    selectVerifications(tx, { tenantId, before: cursor, limit: limit + 1 }),
  );
  const shown = rows.slice(0, limit);
  return { items: shown.map(toItem), next_cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

/** One verification, with its report once it has ended. Throws `verification.not-found`. */
export async function getVerification(cx: Context, id: string): Promise<VerificationItem> {
  await recordReadOnce(cx, "audit.verifications");
  const row = await inSnapshot(cx, (tx) => findVerification(tx, cx.instance.tenantId, id));
  if (row === undefined) throw new DomainError("verification.not-found");
  return toItem(row);
}

/**
 * Asks for a verification of the whole log by the worker, and records that. While one waits or runs, that one is
 * answered: nobody can pile them up.
 */
export async function requestVerification(cx: Context): Promise<VerificationItem> {
  const { tenantId } = cx.instance;
  const startedAt = cx.clock.now();
  const id = uuidv7(startedAt.getTime());
  const made = { id, tenantId, userId: cx.principal.userId, cause: "demand" as const, startedAt };
  const row = await inTransaction(cx, async (tx) => {
    if (!(await insertVerification(tx, made))) return findOpenVerification(tx, tenantId);
    const entry = await appendEntry(tx, cx, {
      class: "log",
      outcome: "intent",
      action: "audit.verify",
      subjects: [`verification:${id}`],
      details: { cause: made.cause },
    });
    await noteEntry(tx, id, "start_entry_id", entry.id);
    return findVerification(tx, tenantId, id);
  });
  // The one that stood in the way has ended meanwhile: the next insert finds the place free.
  return row === undefined ? requestVerification(cx) : toItem(row);
}
