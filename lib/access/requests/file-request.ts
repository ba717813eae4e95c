import "server-only";
import { resolveCoViewers } from "@/lib/access/decisions/name-co-viewers";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import * as requests from "@/lib/access/requests/change-store";
import { requireKnownTransactions, requireSpan } from "@/lib/access/requests/check-asked";
import { requireAskable } from "@/lib/access/requests/grant-limits";
import { answerRequest } from "@/lib/access/requests/request-view";
import type { NewRequest } from "@/lib/access/requests/schema";
import type { Asked } from "@/lib/access/requests/store";
import { insertEvent } from "@/lib/access/requests/timeline-store";
import { authorize } from "@/lib/access/rules/authorize";
import { askingFacts } from "@/lib/access/rules/purposes";
import { startOf } from "@/lib/access/rules/validity";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";

function askedOf(body: NewRequest): Omit<Asked, "coViewers"> {
  return {
    purpose: body.purpose,
    justification: body.justification,
    legalBasis: body.legal_basis,
    transactions: [...new Set(body.transactions ?? [])].sort(),
    query: body.query,
    groups: body.fields,
    level: body.level,
    from: body.from === undefined ? undefined : startOf(body.from),
    until: body.until === undefined ? undefined : startOf(body.until),
    maxViews: body.max_views,
    maxExports: body.max_exports,
  };
}

/** Returns what the entry of a filing contains. */
function filed(asked: Asked, reference: string) {
  return {
    reference,
    transactions: [...asked.transactions],
    groups: [...asked.groups],
    level: asked.level,
    justification: asked.justification,
    ...(asked.coViewers.length === 0 ? {} : { co_viewers: [...asked.coViewers] }),
  };
}

/** Files an access request of an auditor, a regulator or staff. It begins as a draft that only they change. */
export async function fileRequest(cx: Context, body: NewRequest): Promise<RequestAnswer> {
  const permit = await authorize(cx, "request.create", askingFacts(cx, body));
  const asked = askedOf(body);
  const at = cx.clock.now();
  requireSpan(asked, at);
  requireAskable(cx, asked, at);
  const id = uuidv7(at.getTime());
  const { tenantId } = cx.instance;
  const entry = await cx.db.prepared.transaction(async (tx) => {
    const [, coViewers, reference] = await Promise.all([
      requireKnownTransactions(tx, tenantId, asked.transactions),
      resolveCoViewers(tx, cx, body.co_viewers ?? []),
      requests.newReference(tx, at.getUTCFullYear()),
    ]);
    const { userId, organisationId } = cx.principal;
    const filing = { id, requesterUserId: userId, requesterOrganisationId: organisationId };
    const created = { fromState: undefined, toState: "draft", comment: undefined };
    await Promise.all([
      requests.insertRequest(tx, permit, { ...asked, coViewers, ...filing, tenantId, reference, at }),
      insertEvent(tx, {
        id: uuidv7(at.getTime()),
        tenantId,
        requestId: id,
        kind: "create",
        byUserId: userId,
        ...created,
        at,
      }),
    ]);
    return appendEntry({ run: tx.finish }, cx, {
      class: "access",
      outcome: "done",
      action: "request.create",
      subjects: [`request:${id}`],
      purpose: asked.purpose,
      details: { policy: permit.policyVersion },
      caseId: id,
      caseDetails: filed({ ...asked, coViewers }, reference),
      index: { requestId: id },
    });
  });
  return answerRequest(cx, id, entry);
}
