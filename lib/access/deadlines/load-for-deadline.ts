import "server-only";
import { type AuthorizationRow, findAuthorization } from "@/lib/access/legal-authorities/store";
import { findRequestFacts, lockRequest, type RequestRow, readRequest } from "@/lib/access/requests/store";
import { isParty, ownOrganisations, withTie } from "@/lib/access/review/conflicts/store";
import { authorize } from "@/lib/access/rules/authorize";
import type { Permit } from "@/lib/access/rules/permit";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/** A request locked for a reviewer's act until the transaction ends. */
export interface DeadlineRequest {
  readonly permit: Permit<"request.steer">;
  readonly row: RequestRow;
  readonly authorization: AuthorizationRow | undefined;
}

/**
 * Locks and returns a request for an act that neither approves nor refuses. Throws `request-file.not-found` for an
 * unknown id, and the refusal of the rules. An unknown and a hidden request get the same answer.
 */
export async function loadForDeadline(
  tx: Tx,
  cx: Context,
  id: string,
  isLegalOnly: boolean,
): Promise<DeadlineRequest> {
  await lockRequest(tx, id);
  const facts = await findRequestFacts(tx, cx, id);
  if (facts === undefined) throw new DomainError("request-file.not-found");
  const { relatedPeople, facts: tied } = await withTie(tx, cx, facts);
  const party = await isParty(tx, ownOrganisations(cx, relatedPeople), facts.transactions);
  const permit = await authorize(cx, "request.steer", { ...tied, isParty: party, isLegalOnly });
  return {
    permit,
    row: await readRequest(tx, permit, facts),
    authorization: await findAuthorization(tx, id),
  };
}

/**
 * Returns the deadline and the kind of legal authority. Throws `request.no-deadline` for a request without an order: it
 * cannot be extended, and its lateness needs no explanation.
 */
export function requireDuty({ row, authorization }: DeadlineRequest) {
  const { responseDueAt } = row;
  if (responseDueAt === undefined || authorization === undefined) {
    throw new DomainError("request.no-deadline", {
      detail: "The request has no order, so it has no deadline. Decide it, or ask a question.",
    });
  }
  return { responseDueAt, kind: authorization.kind };
}

/** Appends the entry of such an act to the log, in the request's own case, and returns it. */
export function enterSteering(
  tx: Tx,
  cx: Context,
  { row }: Pick<DeadlineRequest, "row">,
  act: { readonly action: string; readonly details: Readonly<Record<string, string>> },
): Promise<AppendedEntry> {
  return appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action: act.action,
    subjects: [`request:${row.id}`],
    purpose: row.purpose,
    caseId: row.id,
    caseDetails: { from_state: row.state, ...act.details },
    index: { requestId: row.id },
  });
}
