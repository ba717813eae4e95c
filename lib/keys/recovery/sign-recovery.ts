import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { RewrapStatement } from "@/lib/escrow/protocol/rewrap-statement";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import { recordDigest, type StatementSignature } from "@/lib/escrow/protocol/statements";
import { holdsOwnKey } from "@/lib/escrow/protocol/succession";
import { requireRoster } from "@/lib/identity/roster/current-roster";
import { refuseRemovedPasskey } from "@/lib/identity/roster/refuse-removed-passkey";
import { requirePortalMaySign } from "@/lib/identity/roster/require-portal-may-sign";
import { isRewrapper, loadCase, type RecoveryCase, requireAsked } from "@/lib/keys/recovery/load-case";
import type { NewRecoverySignature, RecoveryAnswer } from "@/lib/keys/recovery/schema";
import {
  insertSignature,
  listSignatures,
  lockRecovery,
  type RecoverySignatureRow,
} from "@/lib/keys/recovery/store";
import { termsOfRecovery } from "@/lib/keys/recovery/terms";
import { answerRecovery } from "@/lib/keys/recovery/view";

/** Returns the caller's statement: a signature that the custodian has checked, or in an evaluation the portal's. */
async function sign(
  cx: Context,
  statement: RewrapStatement,
  roster: Roster,
  given: StatementSignature | undefined,
): Promise<Pick<RecoverySignatureRow, "signature" | "proofKind">> {
  const person = findPerson(roster, statement.person);
  if (person !== undefined && holdsOwnKey(person)) {
    if (given === undefined) {
      throw new DomainError("statement.required", { detail: "Sign this with your own key." });
    }
    await refuseRemovedPasskey(cx, given);
    await cx.escrow.noteStatement({ kind: "rewrap", statement, signature: given });
    return { signature: given, proofKind: given.kind };
  }
  await requirePortalMaySign(cx);
  return { signature: await signAsPortal(cx.keystore, "rewrap", statement), proofKind: "evaluation" };
}

async function store(cx: Context, one: RecoveryCase, statement: RewrapStatement, word: RecoverySignatureRow) {
  return inTransaction(cx, async (tx) => {
    if ((await lockRecovery(tx, one.row.id)) !== "asked") {
      throw new DomainError("key.state", { detail: "The recovery no longer needs a signature." });
    }
    // The same person in two windows: the first statement counts.
    const given = await listSignatures(tx, one.row.id);
    if (given.some(({ person }) => person === word.person)) return undefined;
    await insertSignature(tx, cx.instance.tenantId, word);
    return appendEntry(tx, cx, {
      class: "key",
      outcome: "done",
      action: "key.recover-sign",
      subjects: [`key_recovery:${one.row.id}`],
      details: {
        recovery: one.row.id,
        participant: statement.participant,
        kid: statement.new_kid,
        old_kid: statement.old_kid,
        public_key: statement.new_public_key,
        transactions: statement.transactions.length,
        statement: recordDigest(statement),
        by: word.person,
        proof: word.proofKind,
      },
      index: { participantId: statement.participant },
    });
  });
}

/**
 * Records the agreement to a recovery of a person on the custodian's roster, outside the participant's organisation.
 * Signing again changes nothing. Throws `key.recovery-not-found`, `access.forbidden`, `key.state`,
 * `statement.required`, `custodian.refused`.
 */
export async function signRecovery(
  cx: Context,
  keyId: string,
  body: NewRecoverySignature,
): Promise<RecoveryAnswer> {
  const roster = await requireRoster(cx);
  const one = await inSnapshot(cx, (tx) => loadCase(tx, keyId));
  const { handle: person, userId } = cx.principal;
  if (!isRewrapper(roster, one.row.participantId, person)) {
    throw new DomainError("access.forbidden", {
      detail:
        "People on the custodian's roster with the duty approve, legal, admin or recovery sign a recovery. They must not belong to the participant's organisation.",
    });
  }
  requireAsked(one, cx.clock.now());
  if (one.signatures.some((word) => word.person === person))
    return answerRecovery(cx, keyId, roster, undefined);
  const statement = { ...termsOfRecovery(cx, one.row), person };
  const signed = await sign(cx, statement, roster, body.signature);
  const word = { ...signed, recoveryId: one.row.id, userId, person, at: cx.clock.now() };
  return answerRecovery(cx, keyId, roster, await store(cx, one, statement, word));
}
