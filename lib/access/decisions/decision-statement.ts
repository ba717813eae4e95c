import type { DecisionCase } from "@/lib/access/decisions/decision-case";
import { intersect, isOver, type Narrowing, narrow, type Remaining } from "@/lib/access/decisions/narrowing";
import type { NewStatement } from "@/lib/access/requests/schema";
import { limited } from "@/lib/access/rules/grant-limits";
import { grantWindow, latestEnd, startOf } from "@/lib/access/rules/validity";
import { InvariantError } from "@/lib/errors";
import { buildDecision, type DecisionStatement, validityTime } from "@/lib/escrow/protocol/statements";

/** How long a prepared statement waits for its signature. */
export const STATEMENT_MS = 15 * 60_000;

type Case = Pick<DecisionCase, "row" | "requester" | "authorization" | "decisions" | "limits">;

/** Returns what earlier approvals and the policies in force have left at this moment. */
export function remainingAt({ row, authorization, decisions, limits }: Case, at: Date): Remaining {
  const input = {
    at,
    asked: {
      ...(row.from === undefined ? {} : { from: row.from }),
      ...(row.until === undefined ? {} : { until: row.until }),
    },
    ...(authorization === undefined ? {} : { authorization }),
  };
  const approvals = decisions.flatMap((one) =>
    one.decision === "approve" && one.statement !== undefined
      ? [{ ...one.statement, max_exports: one.maxExports }]
      : [],
  );
  const asked: Remaining = {
    transactions: row.transactions,
    groups: row.groups,
    notBefore: grantWindow(input).from,
    notAfter: latestEnd(input),
    maxViews: row.maxViews,
    maxExports: row.maxExports,
  };
  return intersect(limited(asked, limits), approvals);
}

/** What a decision's body takes away. */
export function narrowingOf(
  body: Pick<NewStatement, "scope" | "until" | "max_views" | "max_exports">,
): Narrowing {
  return {
    transactions: body.scope?.transactions,
    groups: body.scope?.fields,
    until: body.until === undefined ? undefined : startOf(body.until),
    maxViews: body.max_views,
    maxExports: body.max_exports,
  };
}

/**
 * Returns the decision object of crypto.md for this body, moment and nonce. The same input gives the same bytes, so a
 * prepared statement is recognised when its signature arrives.
 */
export function decisionStatement(
  one: Case,
  body: NewStatement,
  made: { readonly log: string; readonly approver: string; readonly at: Date; readonly nonce: string },
): DecisionStatement {
  if (body.decision === "ask") throw new InvariantError("a question has no statement");
  if (one.row.digest === undefined) throw new InvariantError("a request in a stage has no digest");
  const left = remainingAt(one, made.at);
  // A denial gives nothing, so it is valid after the order has ended or after an approval that left nothing.
  const isNothing = body.decision === "deny" && isOver(left, made.at);
  const scope = isNothing ? left : narrow(left, narrowingOf(body), made.at);
  return buildDecision({
    log: made.log,
    request: one.row.id,
    request_digest: one.row.digest,
    stage: body.stage,
    decision: body.decision,
    transactions: [...scope.transactions],
    groups: [...scope.groups],
    level: one.row.level,
    purpose: one.row.purpose,
    requester: one.requester.handle,
    approver: made.approver,
    ...(one.authorization === undefined ? {} : { authorization: one.authorization.recordDigest }),
    not_before: validityTime(scope.notBefore),
    not_after: validityTime(scope.notAfter),
    max_views: scope.maxViews,
    nonce: made.nonce,
  });
}
