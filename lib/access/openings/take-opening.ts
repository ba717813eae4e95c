import "server-only";
import { type OpeningScope, prepareOpenStatement, sessionOf } from "@/lib/access/openings/open-statement";
import { replyKeyContext } from "@/lib/access/openings/prepare-opening";
import { findOpening, type OpeningRow, spendOpening } from "@/lib/access/openings/store";
import type { OpeningProof } from "@/lib/access/rules/facts";
import type { Context } from "@/lib/context/context";
import { fromBase64url } from "@/lib/crypto/bytes";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import { claimedChallenge, statementChallenge } from "@/lib/escrow/protocol/challenge";
import type { OpenStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { refuseRemovedPasskey } from "@/lib/identity/roster/refuse-removed-passkey";
import { requirePortalMaySign } from "@/lib/identity/roster/require-portal-may-sign";

/** An opening with its proof and the one-request key its answer is sealed to. */
export interface SignedOpening {
  readonly statement: OpenStatement;
  readonly signature: StatementSignature;
  readonly replyKey: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  readonly proof: OpeningProof;
  readonly proofKind: "passkey" | "ed25519" | "evaluation";
}

function expired(detail = "Prepare the opening again."): DomainError {
  return new DomainError("statement.expired", { detail });
}

function invalid(detail: string): DomainError {
  return new DomainError("statement.invalid", { detail });
}

interface GivenOpening {
  readonly openingId: string;
  readonly signature: StatementSignature;
}

/** What was prepared must be what is asked for now, and what the passkey says it signed. */
function requireSame({ statement }: OpeningRow, { signature }: GivenOpening, scope: OpeningScope): void {
  const isSame =
    statement.grant === scope.grant.id &&
    scope.transactions.every((id) => statement.transactions.includes(id)) &&
    scope.groups.every((group) => statement.groups.includes(group));
  if (!isSame) throw invalid("What was signed is not what is asked for.");
  if (signature.kind === "passkey" && claimedChallenge(signature) !== statementChallenge("open", statement))
    throw invalid("The passkey signed something else than this opening.");
}

/** An opening ends with the session that prepared it: signed there, it opens nothing after the sign-out. */
function requireOwnSession(cx: Context, { statement }: OpeningRow): void {
  if (statement.session === sessionOf(cx.principal)) return;
  throw expired("The opening was prepared in another session: prepare it again in this one.");
}

/**
 * Takes a prepared opening for one call: its nonce counts once, and its key is forgotten here. The custodian looks at
 * a passkey's signature before anything is used up, and again when it opens; the caller has it decided by
 * `authorizeOpening` before and after asking for this.
 */
export async function takeOpening(
  cx: Context,
  given: GivenOpening,
  scope: OpeningScope,
): Promise<SignedOpening> {
  await refuseRemovedPasskey(cx, given.signature);
  const at = cx.clock.now();
  const wanted = { id: given.openingId, userId: cx.principal.userId, at };
  const prepared = await inSnapshot(cx, (tx) => findOpening(tx, wanted));
  if (prepared === undefined) throw expired();
  requireOwnSession(cx, prepared);
  requireSame(prepared, given, scope);
  const { signature } = given;
  const { statement } = prepared;
  if (signature.kind === "passkey") await cx.escrow.noteStatement({ kind: "open", statement, signature });
  const row = await inTransaction(cx, async (tx) => {
    const found = await findOpening(tx, wanted);
    if (found === undefined || !(await spendOpening(tx, found.id, at))) throw expired();
    return found;
  });
  const privateKey = cx.keystore.openSecret(replyKeyContext(row.id), row.replyKeySealed);
  const replyKey = { publicKey: fromBase64url(statement.reply_key), privateKey };
  return { statement, signature, replyKey, proof: "signed", proofKind: signature.kind };
}

/** In evaluation an opening that nobody signed is signed by the portal's own key, and marked so. */
export async function openForEvaluation(cx: Context, scope: OpeningScope): Promise<SignedOpening> {
  await requirePortalMaySign(cx);
  const { statement, replyKey } = prepareOpenStatement(cx, scope);
  const signature = await signAsPortal(cx.keystore, "open", statement);
  return { statement, signature, replyKey, proof: "evaluation", proofKind: "evaluation" };
}
