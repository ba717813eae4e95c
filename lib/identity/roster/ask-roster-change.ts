import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import { findPerson, type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { isPortalSigned } from "@/lib/escrow/protocol/succession";
import { type AgreementRow, insertAgreement } from "@/lib/identity/roster/agreements-store";
import { answerChange, requireFreshProof } from "@/lib/identity/roster/answer-change";
import { requireRoster } from "@/lib/identity/roster/current-roster";
import { draftRoster } from "@/lib/identity/roster/draft-roster";
import { listSignInPasskeys } from "@/lib/identity/roster/people-store";
import type { NewRosterChange, RosterChangeAnswer } from "@/lib/identity/roster/schema";
import { insertChange, listOwnChanges, type RosterChangeRow } from "@/lib/identity/roster/store";
import { agreementStatement, stateOf } from "@/lib/identity/roster/view";

/** A pending change waits one day for its agreements. */
export const CHANGE_MS = 24 * 3_600_000;

async function loadPasskey(tx: Tx, cx: Context, id: string | undefined) {
  if (id === undefined) return undefined;
  const passkeys = await listSignInPasskeys(tx, cx.principal.userId);
  const found = passkeys.find((passkey) => passkey.id === id);
  if (found === undefined) throw new DomainError("roster.key", { detail: "This is not a passkey of yours." });
  return found;
}

async function requireNonePending(tx: Tx, cx: Context, current: Roster): Promise<void> {
  const [newest] = await listOwnChanges(tx, cx.principal.userId, 1);
  if (newest === undefined || stateOf(newest, current, cx.clock.now()) !== "pending") return;
  throw new DomainError("roster.pending", {
    detail: "Withdraw the waiting change, or wait until it is confirmed.",
  });
}

/** Returns the portal's statement for a person without a key. Only an evaluation's custodian accepts it. */
async function agreeAsPortal(
  cx: Context,
  change: RosterChangeRow,
  current: Roster,
): Promise<AgreementRow | undefined> {
  const { handle, userId } = cx.principal;
  const person = findPerson(current, handle);
  if (!cx.instance.evaluation || person === undefined || !isPortalSigned(person)) return undefined;
  const statement = agreementStatement(cx.instance.log, change, handle);
  const signature = await signAsPortal(cx.keystore, "roster", statement);
  const { id: changeId, createdAt: at } = change;
  return { changeId, userId, person: handle, statement, signature, proofKind: "evaluation", at };
}

async function draft(
  cx: Context,
  current: Roster,
  rpId: string,
  body: NewRosterChange,
): Promise<RosterChangeRow> {
  const { handle, userId } = cx.principal;
  const passkey = await inSnapshot(cx, async (tx) => {
    await requireNonePending(tx, cx, current);
    return loadPasskey(tx, cx, body.passkey_id);
  });
  const { roster, kind } = draftRoster({
    current,
    person: handle,
    rpId,
    ...(passkey === undefined ? {} : { passkey }),
    ...(body.removes === undefined ? {} : { removes: body.removes }),
  });
  const createdAt = cx.clock.now();
  return {
    id: uuidv7(createdAt.getTime()),
    userId,
    kind,
    passkeyId: passkey?.id,
    added: passkey?.credentialId,
    removed: body.removes,
    people: [],
    purpose: undefined,
    baseVersion: current.version,
    baseDigest: rosterDigest(current),
    roster,
    rosterDigest: rosterDigest(roster),
    state: "pending",
    createdAt,
    expiresAt: new Date(createdAt.getTime() + CHANGE_MS),
    reason: undefined,
    endedAt: undefined,
  };
}

function recordAsked(tx: Tx, cx: Context, change: RosterChangeRow): Promise<AppendedEntry> {
  return appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "roster.ask",
    subjects: [`roster_change:${change.id}`, `user:${change.userId}`],
    details: {
      person: cx.principal.handle,
      change: change.kind,
      version: change.baseVersion + 1,
      roster: change.rosterDigest,
      ...(change.added === undefined ? {} : { added: change.added }),
      ...(change.removed === undefined ? {} : { removed: change.removed }),
    },
  });
}

/**
 * Asks for a change of the caller's own keys in the custodian's roster: enrol, replace or remove a sign-in passkey. The
 * draft waits for a second person, and for the caller's own signature if the caller has a key.
 */
export async function askRosterChange(
  cx: Context,
  rpId: string,
  body: NewRosterChange,
): Promise<RosterChangeAnswer> {
  requireFreshProof(cx);
  const current = await requireRoster(cx);
  const change = await draft(cx, current, rpId, body);
  const agreement = await agreeAsPortal(cx, change, current);
  const entry = await inTransaction(cx, async (tx) => {
    await insertChange(tx, cx.instance.tenantId, change);
    if (agreement !== undefined) await insertAgreement(tx, cx.instance.tenantId, agreement);
    return recordAsked(tx, cx, change);
  });
  return answerChange(cx, change.id, { current, entry });
}
