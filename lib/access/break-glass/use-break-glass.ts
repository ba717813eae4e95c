import "server-only";
import { answerBreakGlass } from "@/lib/access/break-glass/list-break-glass";
import { useReasons } from "@/lib/access/break-glass/rules";
import type {
  BreakGlassAnswer,
  BreakGlassStatementAnswer,
  NewBreakGlass,
  NewBreakGlassStatement,
} from "@/lib/access/break-glass/schema";
import {
  insertBreakGlass,
  insertPreparedUse,
  isBlocked,
  takePreparedUse,
} from "@/lib/access/break-glass/store";
import { newNonce } from "@/lib/access/decisions/prepare-statement";
import { type ProvenSignature, proveSignature } from "@/lib/access/executive-release/prove-signature";
import { activateGrant } from "@/lib/access/grants/activate-grant";
import { insertGrant } from "@/lib/access/grants/change-store";
import { insertPending } from "@/lib/access/grants/pending-store";
import { requireKnownTransactions } from "@/lib/access/requests/check-asked";
import { findRelatedPeople, isParty, ownOrganisations } from "@/lib/access/review/conflicts/store";
import { refusalOf } from "@/lib/access/rules/refusal";
import { wholeSeconds } from "@/lib/access/rules/validity";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import {
  type BreakGlassStatement,
  buildBreakGlass,
  EMERGENCY_PURPOSE,
  EMERGENCY_VIEWS,
  MAX_EMERGENCY_MS,
  REVIEW_MS,
  reasonDigest,
} from "@/lib/escrow/protocol/break-glass-statement";
import { recordDigest, validityTime } from "@/lib/escrow/protocol/statements";

/** How long a prepared statement waits for its signature. */
const STATEMENT_MS = 5 * 60_000;

function statementOf(cx: Context, body: NewBreakGlassStatement, nonce: string): BreakGlassStatement {
  return buildBreakGlass({
    log: cx.instance.log,
    transactions: body.transactions,
    groups: body.fields,
    level: "masked",
    requester: cx.principal.handle,
    reason: reasonDigest(body.reason),
    not_after: validityTime(new Date(cx.clock.nowMs() + MAX_EMERGENCY_MS)),
    nonce,
  });
}

/** The rules come before the look-up: a person without the duty gets the same answer for every id. */
async function requireMayUse(tx: Tx, cx: Context, body: NewBreakGlassStatement): Promise<void> {
  const { principal } = cx;
  const relatedPeople = await findRelatedPeople(tx, cx.instance.tenantId, principal.userId);
  const party = await isParty(tx, ownOrganisations(cx, relatedPeople), body.transactions);
  const facts = { isParty: party, isBlocked: await isBlocked(tx, principal.userId) };
  const [first, ...others] = useReasons(principal, facts);
  if (first !== undefined) throw refusalOf([first, ...others]);
  await requireKnownTransactions(tx, cx.instance.tenantId, body.transactions);
}

/**
 * Prepares the statement that the holder signs: masked values, an hour from now. The use arrives later with the same
 * body.
 */
export async function prepareBreakGlass(
  cx: Context,
  body: NewBreakGlassStatement,
): Promise<BreakGlassStatementAnswer> {
  const nonce = newNonce();
  const statement = statementOf(cx, body, nonce);
  const expiresAt = new Date(cx.clock.nowMs() + STATEMENT_MS);
  const entry = await inTransaction(cx, async (tx) => {
    await requireMayUse(tx, cx, body);
    const { tenantId } = cx.instance;
    await insertPreparedUse(tx, { tenantId, userId: cx.principal.userId, statement, expiresAt });
    return appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "emergency.prepare",
      subjects: [],
      details: { statement: recordDigest(statement), transactions: statement.transactions },
    });
  });
  const receipt = await issueReceipt(cx, entry);
  return { statement, nonce, expires_at: expiresAt.toISOString(), receipt };
}

/**
 * Returns the prepared statement with its signature. In an evaluation instance the portal signs for people without a
 * key.
 */
async function signedUse(
  cx: Context,
  body: NewBreakGlass,
): Promise<{ readonly statement: BreakGlassStatement; readonly proven: ProvenSignature }> {
  const { signed } = body;
  if (signed === undefined) {
    const statement = statementOf(cx, body, newNonce());
    return { statement, proven: await proveSignature(cx, { kind: "break-glass", statement }, undefined) };
  }
  const wanted = { userId: cx.principal.userId, nonce: signed.nonce, at: cx.clock.now() };
  const statement = await inTransaction(cx, (tx) => takePreparedUse(tx, wanted));
  if (statement === undefined) {
    throw new DomainError("statement.expired", { detail: "Prepare the statement again." });
  }
  const { not_after } = statement;
  if (recordDigest({ ...statementOf(cx, body, signed.nonce), not_after }) !== recordDigest(statement)) {
    throw new DomainError("statement.invalid", {
      detail: "The signed statement does not match the sent data.",
    });
  }
  return {
    statement,
    proven: await proveSignature(cx, { kind: "break-glass", statement }, signed.signature),
  };
}

type Used = Awaited<ReturnType<typeof signedUse>>;

/**
 * Inserts the grant, pending until the custodian has it. It has the same id as the use, since a use has exactly one
 * grant.
 */
async function insertUsed(tx: Tx, cx: Context, id: string, { statement, proven }: Used): Promise<void> {
  const at = cx.clock.now();
  const { tenantId } = cx.instance;
  await insertGrant(tx, {
    id,
    tenantId,
    breakGlassId: id,
    authorizationId: undefined,
    subjectUserId: cx.principal.userId,
    transactions: statement.transactions,
    groups: statement.groups,
    level: statement.level,
    purpose: EMERGENCY_PURPOSE,
    notBefore: wholeSeconds(at),
    notAfter: new Date(
      Math.min(Date.parse(statement.not_after), wholeSeconds(at).getTime() + MAX_EMERGENCY_MS),
    ),
    maxViews: EMERGENCY_VIEWS,
    maxExports: 0,
    policyVersion: cx.policies.active().version,
    assurance: proven.proofKind === "evaluation" ? "evaluation" : "signed",
  });
  await insertPending(tx, { id: uuidv7(at.getTime()), tenantId, kind: "grant.activate", subject: id });
}

async function useIn(tx: Tx, cx: Context, body: NewBreakGlass, used: Used) {
  const { statement, proven } = used;
  await requireMayUse(tx, cx, body);
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const { tenantId } = cx.instance;
  const { userId } = cx.principal;
  const reviewBy = new Date(at.getTime() + REVIEW_MS);
  await insertBreakGlass(tx, tenantId, {
    id,
    holderUserId: userId,
    reason: body.reason,
    statement,
    ...proven,
    beganAt: at,
    reviewBy,
  });
  await insertUsed(tx, cx, id, used);
  const entry = await appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action: "emergency.use",
    subjects: [`emergency:${id}`, `grant:${id}`],
    purpose: EMERGENCY_PURPOSE,
    details: {
      emergency: id,
      transactions: statement.transactions,
      groups: statement.groups,
      reason: body.reason,
      statement: recordDigest(statement),
      proof: proven.proofKind,
      not_after: statement.not_after,
      review_by: reviewBy.toISOString(),
    },
    index: { grantId: id },
  });
  return { id, entry };
}

/**
 * Opens break-glass for a holder: masked values of at most three records, for one hour, at once. The custodian checks
 * the holder and accepts no other use before another person has reviewed this one. Throws `access.forbidden`
 * (`floor.review-due` and others), `transaction.not-found`, `statement.required`, `statement.expired`,
 * `custodian.refused`, and 503 while the custodian is away.
 */
export async function useBreakGlass(cx: Context, body: NewBreakGlass): Promise<BreakGlassAnswer> {
  await inSnapshot(cx, (tx) => requireMayUse(tx, cx, body));
  const signed = await signedUse(cx, body);
  const { id, entry } = await inTransaction(cx, (tx) => useIn(tx, cx, body, signed));
  await activateGrant(cx, id);
  return answerBreakGlass(cx, id, entry);
}
