import "server-only";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { REWRAP_PERSONS } from "@/lib/escrow/protocol/rewrap-statement";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import { holdsOwnKey } from "@/lib/escrow/protocol/succession";
import { isRewrapper, loadCase, type RecoveryCase } from "@/lib/keys/recovery/load-case";
import type { RecoveryAnswer, RecoveryState, RecoveryView } from "@/lib/keys/recovery/schema";
import { type RecoveryRow, readNames } from "@/lib/keys/recovery/store";
import { termsOfRecovery } from "@/lib/keys/recovery/terms";
import { kidOf } from "@/lib/keys/store";

type ViewContext = Pick<Context, "instance" | "clock" | "principal">;

/** Returns its current state. A recovery past its time is expired, even before the expiry is recorded. */
function stateNow({ state, notAfter }: RecoveryRow, now: Date): RecoveryState {
  return state === "asked" && notAfter.getTime() <= now.getTime() ? "expired" : state;
}

/** Returns what the caller is asked to sign. */
function awaited(cx: ViewContext, { row, signatures }: RecoveryCase, roster: Roster | undefined) {
  const { handle } = cx.principal;
  const isOpen = stateNow(row, cx.clock.now()) === "asked";
  const awaits_me =
    isOpen &&
    isRewrapper(roster, row.participantId, handle) &&
    !signatures.some(({ person }) => person === handle);
  const person = roster === undefined ? undefined : findPerson(roster, handle);
  if (!awaits_me || person === undefined || !holdsOwnKey(person)) return { awaits_me };
  const passkeys = person.credentials.flatMap((one) =>
    one.kind === "passkey" ? [{ credential_id: one.credential_id, rp_id: one.rp_id }] : [],
  );
  const statement = { ...termsOfRecovery(cx, row), person: handle };
  return { awaits_me, to_sign: { statement, passkeys } };
}

/** Returns a recovery as the API shows it, to a person who may see it. */
export async function recoveryView(
  tx: Tx,
  cx: ViewContext,
  one: RecoveryCase,
  roster: Roster | undefined,
): Promise<RecoveryView> {
  const { row, signatures } = one;
  const names = await readNames(
    tx,
    signatures.map(({ userId }) => userId),
  );
  return {
    success: true,
    recovery_id: row.id,
    participant_id: row.participantId,
    state: stateNow(row, cx.clock.now()),
    reason: row.reason,
    old_key: { key_id: row.oldKeyId, kid: kidOf(row.participantId, row.oldVersion) },
    new_key: {
      key_id: row.newKeyId,
      kid: kidOf(row.participantId, row.newVersion),
      public_key: row.newPublicKey,
      fingerprint: row.newThumbprint,
    },
    transactions: row.transactions.length,
    signatures: signatures.map(({ person, userId, proofKind, at }) => ({
      person,
      name: names.get(userId) ?? person,
      by: proofKind === "evaluation" ? "portal" : "own_key",
      at: at.toISOString(),
    })),
    signatures_needed: REWRAP_PERSONS,
    ...awaited(cx, one, roster),
    asked_at: row.askedAt.toISOString(),
    id: row.id,
    created_at: row.askedAt.toISOString(),
    not_after: row.notAfter.toISOString(),
    total: row.total,
    rewrapped: Math.max(0, row.total - row.remaining),
    ...(row.startedAt === undefined ? {} : { started_at: row.startedAt.toISOString() }),
    ...(row.endedAt === undefined ? {} : { ended_at: row.endedAt.toISOString() }),
    ...(row.endReason === undefined ? {} : { end_reason: row.endReason }),
  };
}

/** Returns the recovery after an act, with the act's receipt; without an entry, nothing changed. */
export async function answerRecovery(
  cx: Context,
  keyId: string,
  roster: Roster | undefined,
  entry: AppendedEntry | undefined,
): Promise<RecoveryAnswer> {
  const view = await inSnapshot(cx, async (tx) => recoveryView(tx, cx, await loadCase(tx, keyId), roster));
  return entry === undefined ? view : { ...view, receipt: await issueReceipt(cx, entry) };
}
