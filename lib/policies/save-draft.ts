import "server-only";
import { documentDigest, type PolicyDocument } from "@/lib/access/policy/policy-document";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { type Acted, answerAct } from "@/lib/policies/answer-act";
import { checkDocument, requireFaultless } from "@/lib/policies/check-document";
import {
  aboutSet,
  documentOf,
  loadSet,
  loadSetLocked,
  requireRevision,
  requireState,
} from "@/lib/policies/load-set";
import type { PolicySetAnswer, SavedPolicySet, ValidateAnswer, ValidateBody } from "@/lib/policies/schema";
import { changeSet } from "@/lib/policies/store";
import { requireAuthor, requireWriter } from "@/lib/policies/who-may";

/** Returns the canonical text of a document. This text is stored, hashed and agreed to. */
export function textOf(document: PolicyDocument): string {
  return canonicalJson(document);
}

async function write(
  tx: Tx,
  cx: Context,
  number: number,
  { document, title, reason }: SavedPolicySet,
  ifMatch: string | undefined,
): Promise<Acted> {
  const set = await loadSetLocked(tx, cx, number);
  requireAuthor(cx.principal, set);
  requireState(set, "draft");
  requireRevision(set, ifMatch);
  const digest = documentDigest(document);
  const entry = await appendEntry(tx, cx, {
    ...{ class: "policy", outcome: "done", action: "policy.save" },
    ...aboutSet({ ...set, document_digest: digest }, { before: set.document_digest }),
  });
  await changeSet(tx, set.id, {
    ...{ document: textOf(document), document_digest: digest },
    ...(title === undefined ? {} : { title }),
    ...(reason === undefined ? {} : { reason }),
  });
  return { number, entry };
}

/**
 * Saves a draft's document. Throws `policy.invalid` with each fault at its place, `request.outdated` if the draft changed
 * since it was read, `policy.state` after it was submitted, and `policy.second-person` if the caller is not its author.
 */
export async function saveDraft(
  cx: Context,
  number: number,
  body: SavedPolicySet,
  ifMatch: string | undefined,
): Promise<PolicySetAnswer> {
  await requireFaultless(body.document);
  return answerAct(cx, (tx) => write(tx, cx, number, body, ifMatch));
}

/**
 * Returns the faults of a document: the given one, or the set's own. Nothing is stored. Throws `access.forbidden` and
 * `policy.not-found`.
 */
export async function validateSet(
  cx: Context,
  number: number,
  { document: given }: ValidateBody,
): Promise<ValidateAnswer> {
  requireWriter(cx.principal);
  const set = await inSnapshot(cx, (tx) => loadSet(tx, cx, number));
  const { document, faults } = await checkDocument(given ?? documentOf(set));
  return {
    valid: faults.length === 0,
    faults: [...faults],
    document_digest: document === undefined ? null : documentDigest(document),
  };
}
