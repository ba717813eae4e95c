import "server-only";
import { loadGrant } from "@/lib/access/grants/load-grant";
import type { GrantRow } from "@/lib/access/grants/store";
import { requireGrantDay } from "@/lib/access/grants/use-grant";
import { type ExpectedNotice, expectedNotice } from "@/lib/access/notices/expected-notice";
import { prepareOpenStatement, replyKeyContext } from "@/lib/access/openings/open-statement";
import type { NewOpening, OpeningAnswer } from "@/lib/access/openings/schema";
import { insertOpening } from "@/lib/access/openings/store";
import type { GrantFacts } from "@/lib/access/rules/facts";
import { isWithin } from "@/lib/access/rules/limits";
import { reason } from "@/lib/access/rules/reason";
import { refusalOf } from "@/lib/access/rules/refusal";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { recordDigest } from "@/lib/escrow/protocol/statements";
import { readOpeningFacts } from "@/lib/transactions/open/opening-facts";
import { foreseeOpening } from "@/lib/transactions/open/plan-opening";

/** Checks the grant itself. Its views must suffice for every named transaction. */
function requireUsable(grant: GrantFacts, body: NewOpening, now: Date): void {
  if (grant.state !== "active" || !isWithin(grant.notBefore, grant.notAfter, now)) {
    throw refusalOf([reason("floor.grant-state", "access.no-grant", "The grant is not in force.")]);
  }
  if (!body.transactions.every((id) => grant.transactions.includes(id))) {
    throw refusalOf([
      reason("floor.grant-transaction", "access.no-grant", "The grant does not name this transaction."),
    ]);
  }
  const beyond = body.fields?.filter((group) => !grant.groups.includes(group)) ?? [];
  if (beyond.length > 0) {
    throw refusalOf([reason("default.groups", "access.groups", `Not permitted: ${beyond.join(", ")}.`)]);
  }
  const left = grant.maxViews - grant.viewsUsed;
  if (left <= 0)
    throw refusalOf([reason("default.views", "access.views-exhausted", "The grant has no views left.")]);
  if (body.transactions.length > left)
    throw refusalOf([
      reason(
        "default.views",
        "access.views-exhausted",
        `The grant has ${left} views left. Name fewer transactions.`,
      ),
    ]);
}

/**
 * Throws the refusal that an opening of these transactions would get now: the rules, the budget of the day, or an
 * unavailable custodian. It changes nothing, so a refusal costs neither a view nor a signature. The opening itself is
 * decided again.
 */
async function foresee(cx: Context, grant: GrantRow, body: NewOpening): Promise<void> {
  const { transactions, fields, hours_override } = body;
  const input = {
    purpose: grant.purpose,
    grant_id: grant.id,
    ...(fields === undefined ? {} : { fields }),
    ...(hours_override === undefined ? {} : { hours_override }),
  };
  for (const id of transactions) await foreseeOpening(cx, await readOpeningFacts(cx, id, input), input);
  await requireGrantDay(cx, grant.id, transactions.length);
  await cx.escrow.identity();
}

/** Entries about a request belong to its case; a dispute has no case. */
function placeOf({ id, requestId }: GrantFacts, details: Readonly<Record<string, Json>>) {
  if (requestId === undefined) return { details, index: { grantId: id } };
  return { caseId: requestId, caseDetails: details, index: { requestId, grantId: id } };
}

/** Returns the grant and its notice as they are before the statement is prepared. */
async function readGrant(cx: Context, body: NewOpening) {
  return inSnapshot(cx, async (tx) => {
    const grant = await loadGrant(tx, cx, body.grant_id, "grant.open");
    requireUsable(grant, body, cx.clock.now());
    return { grant, notice: await expectedNotice(tx, cx, grant) };
  });
}

function noticeMember(notice: ExpectedNotice | undefined) {
  return notice === undefined ? {} : { notice };
}

/**
 * Prepares the `open` statement that the grant's holder signs. One statement opens each of its transactions once;
 * `/access` and `/audit` then take the signature. Throws the refusal that the opening would get now.
 */
export async function prepareOpening(cx: Context, body: NewOpening): Promise<OpeningAnswer> {
  const id = uuidv7(cx.clock.nowMs());
  const { grant, notice } = await readGrant(cx, body);
  await foresee(cx, grant, body);
  const { transactions, fields } = body;
  const prepared = prepareOpenStatement(cx, { grant, transactions, groups: fields ?? grant.groups });
  const entry = await inTransaction(cx, async (tx) => {
    await insertOpening(tx, {
      id,
      tenantId: cx.instance.tenantId,
      grantId: grant.id,
      userId: cx.principal.userId,
      statement: prepared.statement,
      replyKeySealed: cx.keystore.sealSecret(replyKeyContext(id), prepared.replyKey.privateKey),
      expiresAt: prepared.expiresAt,
    });
    return appendEntry(tx, cx, {
      class: "disclosure",
      outcome: "done",
      action: "disclosure.prepare",
      subjects: [`opening:${id}`],
      purpose: grant.purpose,
      ...placeOf(grant, { statement: recordDigest(prepared.statement), transactions: [...transactions] }),
    });
  });
  return {
    opening_id: id,
    statement: prepared.statement,
    expires_at: prepared.expiresAt.toISOString(),
    views_left: grant.maxViews - grant.viewsUsed - transactions.length,
    ...noticeMember(notice),
    receipt: await issueReceipt(cx, entry),
  };
}
