import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findActivation } from "@/lib/policies/activation-store";
import { type Acted, answerAct } from "@/lib/policies/answer-act";
import { aboutSet, documentOf, loadSet } from "@/lib/policies/load-set";
import type { NewPolicySet, PolicySetAnswer } from "@/lib/policies/schema";
import { holdSets, insertSet, nextNumber } from "@/lib/policies/store";

async function write(tx: Tx, cx: Context, { title, reason, based_on }: NewPolicySet): Promise<Acted> {
  const { tenantId } = cx.instance;
  await holdSets(tx, tenantId);
  const base = based_on ?? (await findActivation(tx, tenantId))?.number;
  if (base === undefined) throw new DomainError("policy.unavailable");
  const former = await loadSet(tx, cx, base);
  // Throws if the text was altered, so that no draft is made from it.
  documentOf(former);
  const at = cx.clock.now();
  const [id, number] = [uuidv7(at.getTime()), await nextNumber(tx, tenantId)];
  const digest = former.document_digest;
  const entry = await appendEntry(tx, cx, {
    ...{ class: "policy", outcome: "done", action: "policy.draft" },
    ...aboutSet({ id, number, document_digest: digest }, { based_on: base, title, reason }),
  });
  await insertSet(tx, tenantId, {
    ...{ id, number, state: "draft", title, reason, basedOn: base, at, author: cx.principal.userId },
    ...{ document: former.document, documentDigest: digest },
  });
  return { number, entry };
}

/**
 * Makes a draft with a new number from a set, or from the active one. Throws `access.forbidden`, `policy.not-found` and
 * `policy.unavailable`.
 */
export function createDraft(cx: Context, body: NewPolicySet): Promise<PolicySetAnswer> {
  return answerAct(cx, (tx) => write(tx, cx, body));
}
