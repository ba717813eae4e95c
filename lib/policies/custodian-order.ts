import "server-only";
import { proveSignature } from "@/lib/access/executive-release/prove-signature";
import type { Context } from "@/lib/context/context";
import { type DbContext, inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import {
  type PolicyOrder,
  PolicyStatement,
  type PolicyTerms,
  type SignedPolicy,
} from "@/lib/escrow/protocol/policy-order";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import { findRoster } from "@/lib/identity/roster/current-roster";
import { type ActivationRow, findActivation, listActivations } from "@/lib/policies/activation-store";
import { approvalsOf, listApprovals } from "@/lib/policies/approval-store";
import { documentOf } from "@/lib/policies/load-set";
import { findSet, type WholeSetRow } from "@/lib/policies/store";

// The custodian takes a policy set from people, not from the portal. Approvers sign the set that they read, and the person
// who goes back to the former set signs that. After an activation the portal sends these statements to the custodian.

type EscrowContext = Pick<Context, "escrow" | "instance">;

/** Returns what the caller signs about a set: its document, its numbers, and what it replaces. */
export async function orderTerms(
  cx: EscrowContext,
  set: WholeSetRow,
  { act, active }: { readonly act: PolicyTerms["act"]; readonly active: string },
): Promise<PolicyTerms> {
  const { max_views, max_days } = documentOf(set).settings.grants;
  return {
    ...{ log: cx.instance.log, act, number: set.number, round: set.round, document: set.document_digest },
    // After a restore of the database the custodian may be ahead: its word counts.
    replaces: (await cx.escrow.heldPolicy()) ?? active,
    gains: act === "activate" && set.gains !== false,
    ...{ max_views, max_days },
  };
}

/**
 * Returns what the caller signed about a set; undefined while the custodian has no roster, as on an instance in set-up. In
 * an evaluation the portal signs for people without a key. Throws `statement.required`, `custodian.refused` and
 * `custodian.unavailable`.
 */
export async function proveOrder(
  cx: Context,
  terms: () => Promise<PolicyTerms>,
  signature: StatementSignature | undefined,
): Promise<SignedPolicy | undefined> {
  if ((await findRoster(cx)) === undefined) return undefined;
  const statement = PolicyStatement.parse({ ...(await terms()), person: cx.principal.handle });
  const { signature: made } = await proveSignature(cx, { kind: "policy", statement }, signature);
  return { statement, signature: made };
}

/** Returns the statements by which people put a set in force; empty where they signed none. */
async function statementsFor(tx: Tx, set: WholeSetRow, { why, signed }: ActivationRow) {
  if (why === "roll_back") return signed === null ? [] : [signed];
  const rows = approvalsOf(await listApprovals(tx, set.id), set.round);
  return rows.flatMap((row) => (row.signed === null ? [] : [row.signed]));
}

/** Returns the order for the set that decides now; undefined for the first set, and where no one signed. */
async function findOrder(tx: Tx, tenantId: string) {
  const last = await findActivation(tx, tenantId);
  const set = last && (await findSet(tx, tenantId, { id: last.set_id }));
  if (last === undefined || set === undefined) return undefined;
  // A new build activates the set again, by what people signed before.
  const byPeople = (await listActivations(tx, set.id)).find(
    ({ why }) => why === "activate" || why === "roll_back",
  );
  const statements = byPeople === undefined ? [] : await statementsFor(tx, set, byPeople);
  return statements.length === 0 ? undefined : { document: last.document_digest, statements };
}

/**
 * Has the custodian take the set that decides now, where it has another one. Can be repeated, by any number of portals.
 * Throws `custodian.unavailable`, and `custodian.refused` where the signatures are not enough for it: then new grants wait.
 */
export async function sendOrder(cx: DbContext & EscrowContext): Promise<void> {
  const order = await inSnapshot(cx, (tx) => findOrder(tx, cx.instance.tenantId));
  if (order === undefined || (await cx.escrow.heldPolicy()) === order.document) return;
  const { statements }: PolicyOrder = order;
  await cx.escrow.orderPolicy({ statements });
}

/** Sends the order right after an act. Where that fails, the portal's job repeats it and raises the alarm. */
export async function trySendOrder(cx: DbContext & EscrowContext): Promise<void> {
  try {
    await sendOrder(cx);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}
