import "server-only";
import type { DecisionCase } from "@/lib/access/decisions/decision-case";
import { remainingAt } from "@/lib/access/decisions/decision-statement";
import { narrow } from "@/lib/access/decisions/narrowing";
import type { SignedDecision } from "@/lib/access/decisions/sign-decision";
import { insertGrant } from "@/lib/access/grants/change-store";
import { insertPending } from "@/lib/access/grants/pending-store";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Running } from "@/lib/db/statement";

/**
 * Creates the grant that the decisions together give: intersection of scopes, earliest end, smallest budgets. It is
 * pending until the custodian has it, and a pending grant opens nothing.
 */
export async function createGrant(
  tx: Running,
  cx: Context,
  one: DecisionCase,
  last: SignedDecision,
): Promise<string> {
  const at = cx.clock.now();
  const { row, authorization } = one;
  const { tenantId } = cx.instance;
  const given = {
    transactions: last.statement.transactions,
    groups: last.statement.groups,
    until: new Date(last.statement.not_after),
    maxExports: last.maxExports,
  };
  const scope = narrow(remainingAt(one, at), given, at);
  const id = uuidv7(at.getTime());
  await insertGrant(tx, {
    id,
    tenantId,
    requestId: row.id,
    authorizationId: authorization?.id,
    subjectUserId: row.requesterUserId,
    transactions: scope.transactions,
    groups: scope.groups,
    level: row.level,
    purpose: row.purpose,
    notBefore: new Date(Math.max(scope.notBefore.getTime(), Date.parse(last.statement.not_before))),
    notAfter: scope.notAfter,
    maxViews: Math.min(scope.maxViews, last.statement.max_views),
    maxExports: scope.maxExports,
    policyVersion: one.permit.policyVersion,
    assurance: cx.instance.evaluation ? "evaluation" : "signed",
  });
  await insertPending(tx, { id: uuidv7(at.getTime()), tenantId, kind: "grant.activate", subject: id });
  return id;
}
