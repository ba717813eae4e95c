import "server-only";
import { prepareOpenStatement, replyKeyContext } from "@/lib/access/openings/open-statement";
import type { Context } from "@/lib/context/context";
import { fromBase64url } from "@/lib/crypto/bytes";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { OpenStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { requirePortalMaySign } from "@/lib/identity/roster/require-portal-may-sign";
import type { GivenOpening, OpeningPlan } from "@/lib/transactions/open/plan-opening";

/** The holder's signed statement, and the one-time key to which the custodian seals its answer. */
export interface OpeningProof {
  readonly statement: OpenStatement;
  readonly signature: StatementSignature;
  readonly proofKind: "passkey" | "ed25519" | "evaluation";
  readonly replyKey: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  /** The prepared opening to spend; undefined if the portal signed. */
  readonly openingId: string | undefined;
}

/** Has the custodian check a passkey's signature before anything is used up; it checks again when it opens. */
export async function requireSignature(
  { escrow }: Pick<Context, "escrow">,
  { prepared: { statement }, signature }: GivenOpening,
): Promise<void> {
  if (signature.kind === "passkey") await escrow.noteStatement({ kind: "open", statement, signature });
}

async function proveGiven(cx: Context, given: GivenOpening): Promise<OpeningProof> {
  const { prepared, signature } = given;
  const { id, statement, replyKeySealed } = prepared;
  await requireSignature(cx, given);
  const privateKey = cx.keystore.openSecret(replyKeyContext(id), replyKeySealed);
  const replyKey = { publicKey: fromBase64url(statement.reply_key), privateKey };
  return { statement, signature, proofKind: signature.kind, replyKey, openingId: id };
}

/** In evaluation the portal's own key signs an opening that its holder did not sign, and the entry records that. */
async function proveForEvaluation(cx: Context, plan: OpeningPlan): Promise<OpeningProof | undefined> {
  const { grant, row, sealed } = plan;
  if (grant === undefined) return undefined;
  await requirePortalMaySign(cx);
  const groups = sealed.map((group) => group.row.group);
  const { statement, replyKey } = prepareOpenStatement(cx, { grant, transactions: [row.id], groups });
  const signature = await signAsPortal(cx.keystore, "open", statement);
  return { statement, signature, proofKind: "evaluation", replyKey, openingId: undefined };
}

/**
 * Step 3 of an opening: returns the proof that the holder signed it. It changes nothing in our database. Undefined for
 * a party, and if nothing is sealed.
 */
export async function proveOpening(cx: Context, plan: OpeningPlan): Promise<OpeningProof | undefined> {
  if (plan.grant === undefined || plan.sealed.length === 0) return undefined;
  return plan.given === undefined ? proveForEvaluation(cx, plan) : proveGiven(cx, plan.given);
}
