import "server-only";
import { KINDS } from "@/lib/administration/agreements/kinds";
import type { Agreement, AgreementState, Facts } from "@/lib/administration/agreements/schema";
import type { AgreementRow } from "@/lib/administration/agreements/store";
import type { Context } from "@/lib/context/context";
import { toHex, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { isSameHuman } from "@/lib/identity/people/one-human-store";
import { findPeople } from "@/lib/identity/people/people-store";

/** Returns the state at a moment: an open agreement whose time is over has expired, whether or not its row says so. */
export function stateAt({ state, expiresAt }: AgreementRow, now: Date): AgreementState {
  return state === "open" && now >= expiresAt ? "expired" : state;
}

/** Whether the caller is one person with the asker or the person concerned, by any of their accounts. */
export async function isInvolved(tx: Tx, cx: Context, row: AgreementRow): Promise<boolean> {
  const { userId } = cx.principal;
  if (await isSameHuman(tx, userId, row.askedBy)) return true;
  return row.concerns !== undefined && (await isSameHuman(tx, userId, row.concerns));
}

/** Returns until when no one can agree; undefined once the hold is over, or where there is none. */
export function holdOf({ kind, after }: AgreementRow, now: Date): Date | undefined {
  const until = KINDS[kind].holdsUntil?.(after);
  return until !== undefined && now < until ? until : undefined;
}

function shown(facts: Facts, sealed: readonly string[] = []): Facts {
  const digest = (fact: Facts[string]) => toHex(sha256(utf8(JSON.stringify(fact)))).slice(0, 8);
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [name, sealed.includes(name) ? digest(fact) : fact]),
  );
}

/** Returns an agreement as administrators see it. */
export async function viewAgreement(tx: Tx, cx: Context, row: AgreementRow): Promise<Agreement> {
  const people = await findPeople(
    tx,
    [row.askedBy, row.decidedBy].flatMap((id) => (id === undefined ? [] : [id])),
  );
  const nameOf = (id: string | undefined) => (id === undefined ? null : (people.get(id)?.name ?? id));
  const kind = KINDS[row.kind];
  const state = stateAt(row, cx.clock.now());
  const hold = holdOf(row, cx.clock.now());
  return {
    id: row.id,
    kind: row.kind,
    state,
    subject: { kind: kind.subject, id: row.subjectId, name: await kind.name(tx, cx, row) },
    before: shown(row.before, kind.sealed),
    after: shown(row.after, kind.sealed),
    reason: row.reason,
    asked_by: nameOf(row.askedBy) ?? row.askedBy,
    asked_at: row.askedAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    decided_by: nameOf(row.decidedBy),
    decided_at: row.decidedAt?.toISOString() ?? null,
    decision_reason: row.decisionReason ?? null,
    is_own: row.askedBy === cx.principal.userId,
    may_agree: state === "open" && hold === undefined && !(await isInvolved(tx, cx, row)),
    agree_from: hold?.toISOString() ?? null,
  };
}

const ENDED: Readonly<Record<Exclude<AgreementState, "open" | "expired">, string>> = {
  agreed: "agreed",
  refused: "refused",
  sent_back: "sent it back",
  withdrawn: "withdrew it",
};

/** Throws `agreement.ended` with who was faster and when, unless the agreement is open. */
export async function requireOpen(tx: Tx, cx: Context, row: AgreementRow): Promise<void> {
  const state = stateAt(row, cx.clock.now());
  if (state === "open") return;
  if (state === "expired" || row.decidedBy === undefined || row.decidedAt === undefined)
    throw new DomainError("agreement.ended", {
      detail: "No one agreed within 14 days. Ask for the change again.",
    });
  const name = (await findPeople(tx, [row.decidedBy])).get(row.decidedBy)?.name ?? row.decidedBy;
  const at = row.decidedAt.toISOString();
  throw new DomainError("agreement.ended", {
    detail: `${name} ${ENDED[state]} before you, on ${at.slice(0, 10)} at ${at.slice(11, 16)} UTC.`,
    extra: { state, decided_by: name, decided_at: at },
  });
}
