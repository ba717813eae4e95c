import "server-only";
import { loadGrant } from "@/lib/access/grants/load-grant";
import { prepareOpenStatement } from "@/lib/access/openings/open-statement";
import { insertOpening } from "@/lib/access/openings/store";
import type { OpeningAnswer } from "@/lib/access/requests/answer-schema";
import type { NewOpening } from "@/lib/access/requests/schema";
import type { GrantFacts } from "@/lib/access/rules/facts";
import { isWithin } from "@/lib/access/rules/limits";
import { reason } from "@/lib/access/rules/reason";
import { refusalOf } from "@/lib/access/rules/refusal";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { recordDigest } from "@/lib/escrow/protocol/statements";

/** Label under which a reply key is sealed; the opening's id binds it. */
export function replyKeyContext(openingId: string): string {
  return `sealport/opening/1|${openingId}`;
}

/** Checks only for an early answer. All rules, and the custodian again, decide the opening itself. */
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
  if (grant.viewsUsed >= grant.maxViews) {
    throw refusalOf([reason("default.views", "access.views-exhausted", "The grant has no views left.")]);
  }
}

/** Entries about a request belong to its case; a dispute has no case. */
function placeOf({ id, requestId }: GrantFacts, details: Readonly<Record<string, Json>>) {
  if (requestId === undefined) return { details, index: { grantId: id } };
  return { caseId: requestId, caseDetails: details, index: { requestId, grantId: id } };
}

/** Prepares the `open` statement that the grant's holder signs. `/access` and `/audit` then take the signature. */
export async function prepareOpening(cx: Context, body: NewOpening): Promise<OpeningAnswer> {
  const id = uuidv7(cx.clock.nowMs());
  const { prepared, entry } = await inTransaction(cx, async (tx) => {
    const grant = await loadGrant(tx, cx, body.grant_id, "grant.open");
    requireUsable(grant, body, cx.clock.now());
    const { transactions, fields } = body;
    const opening = prepareOpenStatement(cx, { grant, transactions, groups: fields ?? grant.groups });
    await insertOpening(tx, {
      id,
      tenantId: cx.instance.tenantId,
      grantId: grant.id,
      userId: cx.principal.userId,
      statement: opening.statement,
      replyKeySealed: cx.keystore.sealSecret(replyKeyContext(id), opening.replyKey.privateKey),
      expiresAt: opening.expiresAt,
    });
    const appended = await appendEntry(tx, cx, {
      class: "disclosure",
      outcome: "done",
      action: "disclosure.prepare",
      subjects: [`opening:${id}`],
      purpose: grant.purpose,
      ...placeOf(grant, { statement: recordDigest(opening.statement), transactions: [...transactions] }),
    });
    return { prepared: opening, entry: appended };
  });
  return {
    opening_id: id,
    statement: prepared.statement,
    expires_at: prepared.expiresAt.toISOString(),
    receipt: await issueReceipt(cx, entry),
  };
}
