import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, ownApproval } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import { holdsOwnKey } from "@/lib/escrow/protocol/succession";
import { isSameHuman } from "@/lib/identity/people/one-human-store";
import { type AgreementRow, insertAgreement } from "@/lib/identity/roster/agreements-store";
import { answerChange, loadCase, requireFreshProof } from "@/lib/identity/roster/answer-change";
import { requireRoster } from "@/lib/identity/roster/current-roster";
import { finishRosterChange, requireCurrent, subjectsOf } from "@/lib/identity/roster/finish-roster-change";
import { findUserIds } from "@/lib/identity/roster/people-store";
import { refuseRemovedPasskey } from "@/lib/identity/roster/refuse-removed-passkey";
import type { RosterAgreement, RosterChangeAnswer } from "@/lib/identity/roster/schema";
import { lockChange } from "@/lib/identity/roster/store";
import { agreementStatement, type ChangeCase, mayAgree, stateOf } from "@/lib/identity/roster/view";

function requireOpen(cx: Context, one: ChangeCase, current: Roster): void {
  const state = stateOf(one.change, current, cx.clock.now());
  if (state === "pending") return;
  throw new DomainError("roster.closed", { detail: `The change is ${state}.` });
}

/** Checks that the caller may agree: the person with their own key, or a confirmer. The refusal names who may. */
function requireMayAgree(cx: Context, one: ChangeCase, current: Roster): void {
  const { handle } = cx.principal;
  if (mayAgree(one, current, handle)) return;
  if (one.agreements.some(({ person }) => person === handle)) {
    throw new DomainError("roster.agreed", {
      detail: "You have already agreed. Another person must agree too.",
    });
  }
  if (one.change.people.includes(handle))
    throw ownApproval(
      "roster.confirmer",
      "You are one of the people whom this version changes. Others confirm it.",
    );
  throw new DomainError("roster.confirmer", {
    detail: "Another person with a key and the duty approve, legal or admin must confirm this.",
  });
}

/** A version about people takes two humans, and neither is one of those whom it changes, by any of their accounts. */
async function requireOthers(tx: Tx, cx: Context, one: ChangeCase): Promise<void> {
  if (one.change.kind !== "people") return;
  const { userId } = cx.principal;
  const concerned = await findUserIds(tx, one.change.people);
  for (const other of [...concerned, ...one.agreements.map((agreed) => agreed.userId)])
    if (await isSameHuman(tx, userId, other))
      throw ownApproval(
        "roster.confirmer",
        "You are one of the people whom this version changes, or you have signed it with another account.",
      );
}

/** Returns the caller's statement: a signature that the custodian has checked, or in an evaluation the portal's. */
async function sign(
  cx: Context,
  one: ChangeCase,
  current: Roster,
  given: StatementSignature | undefined,
): Promise<AgreementRow> {
  const { handle: person, userId } = cx.principal;
  const statement = agreementStatement(cx.instance.log, one.change, person);
  const base = { changeId: one.change.id, userId, person, statement, at: cx.clock.now() };
  const own = findPerson(current, person);
  if (own !== undefined && holdsOwnKey(own)) {
    if (given === undefined) {
      throw new DomainError("statement.required", { detail: "Sign this with your own key." });
    }
    await refuseRemovedPasskey(cx, given);
    await cx.escrow.noteStatement({ kind: "roster", statement, signature: given });
    return { ...base, signature: given, proofKind: given.kind };
  }
  if (!cx.instance.evaluation) throw new DomainError("statement.required");
  return {
    ...base,
    signature: await signAsPortal(cx.keystore, "roster", statement),
    proofKind: "evaluation",
  };
}

async function store(cx: Context, id: string, agreement: AgreementRow) {
  return inTransaction(cx, async (tx) => {
    await lockChange(tx, id);
    const now = await loadCase(tx, cx, id);
    if (now.change.state !== "pending") throw new DomainError("roster.closed");
    if (now.agreements.some(({ userId }) => userId === agreement.userId))
      throw new DomainError("roster.agreed");
    await requireOthers(tx, cx, now);
    await insertAgreement(tx, cx.instance.tenantId, agreement);
    const entry: AppendedEntry = await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "roster.agree",
      subjects: subjectsOf(now.change),
      details: {
        ...(now.person === "" ? {} : { person: now.person }),
        by: agreement.person,
        proof: agreement.proofKind,
        roster: now.change.rosterDigest,
      },
    });
    return { one: { ...now, agreements: [...now.agreements, agreement] }, entry };
  });
}

/** Returns whether the caller has already agreed and only the custodian has not been notified. */
function isResumed(cx: Context, one: ChangeCase): boolean {
  return one.agreements.some(({ person }) => person === cx.principal.handle);
}

/**
 * Records the caller's agreement to a change of a person's keys, or to a version about people. The owner of a key
 * agrees with the key they have; others need the right to confirm. After the last agreement, the custodian takes the
 * new roster before this returns.
 */
export async function agreeToRosterChange(
  cx: Context,
  id: string,
  body: RosterAgreement,
): Promise<RosterChangeAnswer> {
  requireFreshProof(cx);
  const current = await requireRoster(cx);
  const one = await inSnapshot(cx, (tx) => loadCase(tx, cx, id));
  if (one.change.state === "pending") await requireCurrent(cx, one, current);
  if (one.change.state === "pending" && isResumed(cx, one)) {
    const finished = await finishRosterChange(cx, one, current);
    if (finished.entry !== undefined) {
      return answerChange(cx, id, { current: finished.current, entry: finished.entry });
    }
  }
  requireOpen(cx, one, current);
  requireMayAgree(cx, one, current);
  const agreement = await sign(cx, one, current, body.signature);
  const agreed = await store(cx, id, agreement);
  const finished = await finishRosterChange(cx, agreed.one, current);
  return answerChange(cx, id, { current: finished.current, entry: finished.entry ?? agreed.entry });
}
