import "server-only";
import { listSignatures } from "@/lib/administration/access-review/decisions-store";
import { type ResultRow, ReviewResult } from "@/lib/administration/access-review/result-schema";
import { listRows, type RowRecord } from "@/lib/administration/access-review/rows-store";
import type { ReviewState } from "@/lib/administration/access-review/schema";
import { endReviewRow, findReview, type ReviewRecord } from "@/lib/administration/access-review/store";
import { readSubjects, type Subject, subjectKey } from "@/lib/administration/access-review/subjects-store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { readableOf } from "@/lib/db/read-rows";
import type { DbContext, Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { recordDigest } from "@/lib/escrow/protocol/statements";
import { findPeople } from "@/lib/identity/people/people-store";

export type FinishContext = AuditContext & DbContext;

interface Known {
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly nameOf: (id: string | null) => string | null;
}

function resultRow(row: RowRecord, { subjects, nameOf }: Known): ResultRow[] {
  const facts = row.facts ?? subjects.get(subjectKey(row))?.facts;
  if (facts === undefined) return [];
  return [
    {
      kind: row.kind,
      id: row.subjectId,
      facts,
      is_gone: row.isGone,
      decision: row.decision,
      reason: row.reason,
      decided_by: nameOf(row.decidedBy),
      decided_at: row.decidedAt?.toISOString() ?? null,
      agreement_id: row.agreement?.id ?? null,
      is_signed: row.signatureId !== null,
      paused: [...row.paused],
    },
  ];
}

/** Returns a review as its result says it, at this moment. It names no request, grant or act of anyone. */
export async function buildResult(
  tx: Tx,
  cx: Pick<FinishContext, "instance" | "clock">,
  review: ReviewRecord,
  end?: { readonly state: ReviewState; readonly at: Date },
): Promise<ReviewResult> {
  const at = { tenantId: cx.instance.tenantId, now: cx.clock.now() };
  const rows = readableOf(await listRows(tx, review.id, at.now));
  const signatures = await listSignatures(tx, review.id);
  const people = await findPeople(tx, [
    ...rows.flatMap(({ decidedBy }) => decidedBy ?? []),
    ...signatures.map(({ user_id: id }) => id),
    ...(review.begunBy === null ? [] : [review.begunBy]),
  ]);
  const nameOf = (id: string | null) => (id === null ? null : (people.get(id)?.name ?? id));
  const subjects = await readSubjects(
    tx,
    at,
    rows.filter(({ facts }) => facts === null),
  );
  return ReviewResult.parse({
    review: {
      id: review.id,
      log: cx.instance.log,
      state: end?.state ?? review.state,
      begun_at: review.begunAt.toISOString(),
      begun_by: nameOf(review.begunBy),
      due_at: review.dueAt.toISOString(),
      ended_at: (end?.at ?? review.endedAt)?.toISOString() ?? null,
    },
    rows: rows.flatMap((row) => resultRow(row, { subjects, nameOf })),
    signatures: signatures.map((one) => ({
      by: nameOf(one.user_id) ?? one.user_id,
      at: one.at.toISOString(),
      rows: one.rows,
      proof: one.proof_kind,
      statement: one.statement,
      signature: one.signature,
    })),
  });
}

/** Ends a review in the caller's transaction: its result is kept, and the entry has the digest of it. */
export async function finishReviewIn(
  tx: Tx,
  cx: FinishContext,
  id: string,
  state: Exclude<ReviewState, "running">,
): Promise<AppendedEntry> {
  const review = await findReview(tx, cx.instance.tenantId, id);
  if (review === undefined) throw new InvariantError("a review that ends does not exist");
  const at = cx.clock.now();
  const result = await buildResult(tx, cx, review, { state, at });
  const digest = recordDigest(result);
  await endReviewRow(tx, id, { state, at, result, digest });
  const undecided = result.rows.filter((row) => row.decision === null && !row.is_gone).length;
  return appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "access_review.end",
    subjects: [`access_review:${id}`],
    details: { state, rows: result.rows.length, undecided, result: digest },
  });
}
