import "server-only";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { listActivatedDocuments } from "@/lib/policies/activation-store";
import { documentOf, hasDigest } from "@/lib/policies/load-set";
import { requireReader } from "@/lib/policies/who-may";

/** Activations that are looked through. A rule that is older than all of them is shown with the oldest. */
const MOST_ACTIVATIONS = 50;

/** Since which version, and when, a rule has been in force as it is. */
export interface RuleSince {
  readonly number: number;
  readonly at: string;
}

/** Returns since when each rule of the active set has had its text, by the rule's id. Throws `access.forbidden`. */
export async function listRulesSince(cx: Context): Promise<Readonly<Record<string, RuleSince>>> {
  requireReader(cx.principal);
  const { tenantId } = cx.instance;
  const rows = await inSnapshot(cx, (tx) => listActivatedDocuments(tx, tenantId, MOST_ACTIVATIONS));
  // A text that was altered ends what is known.
  const altered = rows.findIndex((row) => !hasDigest(row.document, row.document_digest));
  const known = altered < 0 ? rows : rows.slice(0, altered);
  return rulesSince(known.map((row) => ({ ...row, document: documentOf(row) })));
}

/** One activation: the newest is the first of a list. */
interface Activated {
  readonly number: number;
  readonly at: Date;
  readonly document: Pick<PolicyDocument, "policies">;
}

/** Returns since when each rule of the first document has had its text without a break. Pure. */
export function rulesSince(activations: readonly Activated[]): Readonly<Record<string, RuleSince>> {
  const since: Record<string, RuleSince> = {};
  const [newest] = activations;
  for (const { id, text } of newest?.document.policies ?? []) {
    for (const { number, at, document } of activations) {
      if (document.policies.find((one) => one.id === id)?.text !== text) break;
      since[id] = { number, at: at.toISOString() };
    }
  }
  return since;
}
