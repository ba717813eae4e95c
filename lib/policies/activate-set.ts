import "server-only";
import { preparePolicySet } from "@/lib/access/policy/engine";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type DbContext, inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { SignedPolicy } from "@/lib/escrow/protocol/policy-order";
import { type ActivationRow, findActivation, insertActivation } from "@/lib/policies/activation-store";
import { requireAgreed, requireWaited } from "@/lib/policies/agreed";
import { type Acted, answerAct } from "@/lib/policies/answer-act";
import { activationDigest } from "@/lib/policies/bound-activation";
import { trySendOrder } from "@/lib/policies/custodian-order";
import { aboutSet, documentOf, loadSetLocked, requireState } from "@/lib/policies/load-set";
import type { PolicySetAnswer } from "@/lib/policies/schema";
import { changeSet, findSet, holdSets, listDue, lockBasedOn, type WholeSetRow } from "@/lib/policies/store";

type ActContext = AuditContext & DbContext;

/** One move of the pointer that names the set in force. */
export interface Switch {
  readonly why: "activate" | "roll_back";
  readonly to: WholeSetRow;
  readonly from: WholeSetRow;
  readonly last: ActivationRow;
  readonly reason?: string;
  /** What the person signed for the custodian who goes back. */
  readonly signed?: SignedPolicy | undefined;
}

/** Returns the active set and its activation. Call it under `holdSets`. Throws `policy.unavailable`. */
export async function loadActive(tx: Tx, { instance: { tenantId } }: ActContext) {
  const last = await findActivation(tx, tenantId);
  const from = last && (await findSet(tx, tenantId, { id: last.set_id }));
  if (last === undefined || from === undefined) throw new DomainError("policy.unavailable");
  return { last, from };
}

/**
 * Moves the pointer in the caller's transaction. Sets that were submitted against the former active set go back to their
 * authors: their dry run no longer says what they would change.
 */
export async function moveTo(
  tx: Tx,
  cx: ActContext,
  { why, to, from, last, reason, signed }: Switch,
): Promise<AppendedEntry> {
  const { tenantId } = cx.instance;
  const at = cx.clock.now();
  const { version } = preparePolicySet(documentOf(to));
  const outdated = (await lockBasedOn(tx, tenantId, from.number)).filter(({ id }) => id !== to.id);
  const about = aboutSet(to, {
    ...{ before: from.number, version },
    ...(reason === undefined ? {} : { reason }),
    ...(outdated.length === 0 ? {} : { outdated: outdated.map(({ number }) => number).join(" ") }),
  });
  const place = { seq: last.seq + 1, number: to.number, document_digest: to.document_digest };
  const entry = await appendEntry(tx, cx, {
    ...{ class: "policy", outcome: "done", action: `policy.${why}` },
    pub: { policy: activationDigest(place) },
    details: about.details,
    subjects: [...about.subjects, ...[from, ...outdated].map(({ id }) => `policy:${id}`)],
  });
  await insertActivation(tx, tenantId, {
    ...{ ...place, id: uuidv7(at.getTime()), set_id: to.id, version, why, at },
    ...{ by_user_id: cx.principal?.userId ?? null, entry_id: entry.id, signed: signed ?? null },
  });
  const isBack = why === "roll_back";
  await changeSet(tx, from.id, {
    ...{ state: isBack ? "rolled_back" : "superseded", ended_at: at },
    ...(isBack ? { end_reason: reason ?? null } : {}),
  });
  await changeSet(tx, to.id, { state: "active", active_from: at, ended_at: null, end_reason: null });
  for (const { id } of outdated) await changeSet(tx, id, { state: "draft", active_from: null });
  return entry;
}

/** Throws `policy.superseded` where another activation came first, and `policy.state` where the set is not approved. */
function requireApproved(set: WholeSetRow, active: WholeSetRow): void {
  const isBehind = set.base_number !== null && set.base_number !== active.number;
  const isOver = ["active", "superseded", "rolled_back"].includes(set.state);
  const isOpen = ["draft", "submitted", "approved", "scheduled"].includes(set.state);
  if (isOver || (isOpen && isBehind))
    throw new DomainError("policy.superseded", {
      detail: isOver
        ? `Version ${set.number} was already active earlier.`
        : `Version ${active.number} became active before this version. Start a new dry run and submit this version again.`,
      extra: { active: active.number },
    });
  requireState(set, "approved", "scheduled");
}

async function activateIn(tx: Tx, cx: ActContext, number: number): Promise<Acted> {
  await holdSets(tx, cx.instance.tenantId);
  const to = await loadSetLocked(tx, cx, number);
  const { last, from } = await loadActive(tx, cx);
  requireApproved(to, from);
  requireWaited(await requireAgreed(tx, cx, to), cx.clock.now());
  return { number, entry: await moveTo(tx, cx, { why: "activate", to, from, last }) };
}

/**
 * Makes an approved or scheduled set the one that decides, now and everywhere. Of two at once one wins; the other gets
 * `policy.superseded`. Throws `policy.state` where it is not approved, and `policy.waits` within 24 hours of the approval of a
 * set by which someone gains.
 */
export async function activateSet(cx: Context, number: number): Promise<PolicySetAnswer> {
  const answer = await answerAct(cx, (tx) => activateIn(tx, cx, number));
  await trySendOrder(cx);
  return answer;
}

/**
 * Activates the sets whose time has come. Any number of portals may run it: one of them activates each. A clock that was
 * set back changes nothing, because activations have an order and a set becomes active once. Returns how many it did.
 */
export async function activateDue(cx: ActContext): Promise<number> {
  const { tenantId } = cx.instance;
  const due = await inSnapshot(cx, (tx) => listDue(tx, tenantId, cx.clock.now()));
  let done = 0;
  for (const number of due) {
    try {
      await inTransaction(cx, (tx) => activateIn(tx, cx, number));
      done += 1;
    } catch (error) {
      // Another portal or person was faster or took it back, or this clock is behind the one that set the time.
      const isTaken =
        error instanceof DomainError &&
        ["policy.superseded", "policy.state", "policy.waits"].includes(error.code);
      if (!isTaken) throw error;
    }
  }
  return done;
}
