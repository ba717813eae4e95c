import "server-only";
import { decideRow } from "@/lib/administration/access-review/decisions-store";
import {
  countsOf,
  type LoadedReview,
  loadReview,
  requireRunning,
  writeTime,
} from "@/lib/administration/access-review/load-review";
import { reviewersOf } from "@/lib/administration/access-review/reviewers";
import type { RowRecord } from "@/lib/administration/access-review/rows-store";
import type { DecidedAnswer, DecisionBody } from "@/lib/administration/access-review/schema";
import {
  readSubjects,
  type Subject,
  subjectKey,
  versionOf,
} from "@/lib/administration/access-review/subjects-store";
import { type Asked, askForCaller, openAlready } from "@/lib/administration/agreements/ask-agreement";
import { endAgreementIn } from "@/lib/administration/agreements/decide-agreement";
import { lockAgreement } from "@/lib/administration/agreements/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField, ownApproval } from "@/lib/errors";
import { findPeople } from "@/lib/identity/people/people-store";

/** Throws unless the caller is a reviewer of the row. The refusal of their own row names who decides on them. */
function requireReviewer(cx: Context, row: RowRecord, { candidates }: LoadedReview): void {
  const { userId } = cx.principal;
  const reviewers = reviewersOf(row, candidates);
  if (reviewers.some((one) => one.userId === userId)) return;
  const names = reviewers.map(({ name }) => name).join(" or ");
  const own = candidates.find((one) => one.userId === userId)?.accounts ?? [userId];
  if (own.includes(row.ownerId))
    throw ownApproval(
      "access-review.self",
      names === ""
        ? "This row is about you, and no other reviewer is left. Ask an administrator to name one for your organisation."
        : `This row is about you. ${names} decides on it.`,
    );
  throw new DomainError("access-review.not-reviewer", {
    detail: names === "" ? "No reviewer is left for this row." : `${names} decides on this row.`,
  });
}

/** Throws where another reviewer was faster, or the row is signed. */
async function requireFree(tx: Tx, cx: Context, row: RowRecord): Promise<void> {
  const { decidedBy, decidedAt, signatureId } = row;
  if (decidedBy === null || decidedAt === null) return;
  if (row.agreement?.state === "agreed")
    throw new DomainError("access-review.decided", {
      detail:
        "A second person has agreed, and the change is carried out. Ask for another change under People.",
    });
  if (decidedBy === cx.principal.userId && signatureId === null) return;
  const name = (await findPeople(tx, [decidedBy])).get(decidedBy)?.name ?? decidedBy;
  throw new DomainError("access-review.decided", {
    detail:
      signatureId === null
        ? `${name} decided before you, on ${writeTime(decidedAt)}.`
        : `${name} decided, and this part of the review is signed.`,
    extra: { decided_by: name, decided_at: decidedAt.toISOString() },
  });
}

function requireSame(row: RowRecord, subject: Subject | undefined, version: string): Subject {
  if (subject === undefined || row.isGone)
    throw new DomainError("access-review.changed", {
      detail: `${row.kind === "person" ? "The person has left" : "The key has ended"}: no decision is needed.`,
    });
  if (versionOf(subject.facts) !== version)
    throw new DomainError("access-review.changed", {
      detail: `The rights of ${subject.facts.name} have changed since you read them. Read the row again.`,
    });
  return subject;
}

/** Takes back the change that an earlier decision of the caller asked for. */
async function takeBack(tx: Tx, cx: Context, { agreement }: RowRecord): Promise<void> {
  if (agreement === null) return;
  const found = await lockAgreement(tx, cx.instance.tenantId, agreement.id);
  if (found?.state === "agreed")
    throw new DomainError("access-review.changed", {
      detail: "A second person has just agreed. Read the row again.",
    });
  if (found?.state !== "open") return;
  await endAgreementIn(tx, cx, found, { state: "withdrawn", reason: "the reviewer decided otherwise" });
}

/** Returns the change that a decision asks for; undefined for keep. */
function changeOf(row: RowRecord, { decision, reason, role, duties }: DecisionBody): Asked | undefined {
  if (decision === "keep") return undefined;
  if (reason === undefined) throw invalidField("/reason", "is needed for change and remove");
  const { subjectId, ownerId } = row;
  if (decision === "remove")
    return row.kind === "person"
      ? { kind: "suspension", subjectId, after: { state: "suspended" }, reason }
      : { kind: "api_key", subjectId, after: { state: "revoked" }, reason, concerns: ownerId };
  if (row.kind === "program")
    throw invalidField("/decision", "cannot be change for a program: remove its key and make another");
  if (role === undefined || duties === undefined)
    throw invalidField("/duties", "and the role are needed for change");
  return { kind: "duties", subjectId, after: { role, duties: [...duties].sort() }, reason };
}

interface Deciding {
  readonly loaded: LoadedReview;
  readonly rows: readonly RowRecord[];
  readonly subjects: ReadonlyMap<string, Subject>;
}

async function check(tx: Tx, cx: Context, body: DecisionBody, deciding: Deciding): Promise<Subject[]> {
  const checked: Subject[] = [];
  for (const row of deciding.rows) {
    requireReviewer(cx, row, deciding.loaded);
    await requireFree(tx, cx, row);
    const version = body.rows.find(({ id }) => id === row.id)?.version ?? "";
    checked.push(requireSame(row, deciding.subjects.get(subjectKey(row)), version));
  }
  return checked;
}

async function write(tx: Tx, cx: Context, id: string, body: DecisionBody) {
  const loaded = await loadReview(tx, cx, id, "lock");
  requireRunning(loaded.review, cx.clock.now());
  const rows = body.rows.map(({ id: rowId }, index) => {
    const row = loaded.rows.find((one) => one.id === rowId);
    if (row === undefined) throw invalidField(`/rows/${index}/id`, "is not a row of this review");
    return row;
  });
  const at = { tenantId: cx.instance.tenantId, now: cx.clock.now() };
  const subjects = await readSubjects(tx, at, rows);
  const checked = await check(tx, cx, body, { loaded, rows, subjects });
  const [first] = rows;
  const asked = first === undefined ? undefined : changeOf(first, body);
  if (asked !== undefined && rows.length > 1)
    throw invalidField("/rows", "names more than one: change and remove take one row at a time");
  for (const row of rows) await takeBack(tx, cx, row);
  const agreement = asked === undefined ? undefined : (await askForCaller(tx, cx, asked)).view;
  const { decision, reason } = body;
  const entry = await appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "access_review.decide",
    subjects: [`access_review:${id}`],
    details: {
      decision,
      rows: checked.map((one) => ({
        subject: `${one.kind === "person" ? "user" : "api_key"}:${one.subjectId}`,
        version: versionOf(one.facts),
      })),
      ...(reason === undefined ? {} : { reason }),
      ...(agreement === undefined ? {} : { agreement: agreement.id }),
    },
  });
  for (const [index, row] of rows.entries()) {
    const facts = checked[index]?.facts;
    if (facts === undefined) continue;
    const given = {
      decision,
      reason,
      by: cx.principal.userId,
      at: at.now,
      agreementId: agreement?.id,
      facts,
    };
    await decideRow(tx, row.id, given);
  }
  return { entry, agreement, counts: countsOf(cx, await loadReview(tx, cx, id)) };
}

/**
 * Keeps, changes or removes what people and programs may do. Keep takes many rows; change and remove one, with a reason,
 * and ask for a change that a second person agrees to. A reviewer may decide otherwise until they sign. Throws
 * `access-review.ended`, `access-review.self`, `access-review.not-reviewer`, `access-review.decided` where another
 * reviewer was faster, and `access-review.changed` where the person is not what the reviewer saw.
 */
export async function decideRows(cx: Context, id: string, body: DecisionBody): Promise<DecidedAnswer> {
  try {
    const { entry, agreement, counts } = await inTransaction(cx, (tx) => write(tx, cx, id, body));
    return {
      id,
      decision: body.decision,
      rows: body.rows.map((row) => row.id),
      agreement_id: agreement?.id ?? null,
      counts,
      receipt: await issueReceipt(cx, entry),
    };
  } catch (error) {
    if (isUniqueViolation(error)) throw openAlready();
    throw error;
  }
}
