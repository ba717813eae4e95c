import "server-only";
import type { Context } from "@/lib/context/context";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { StatementNote } from "@/lib/escrow/protocol/roster";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import { refuseRemovedPasskey } from "@/lib/identity/roster/refuse-removed-passkey";
import { requirePortalMaySign } from "@/lib/identity/roster/require-portal-may-sign";

type WithoutSignature<N> = N extends StatementNote ? Omit<N, "signature"> : never;

/** A signature and how it was made. */
export interface ProvenSignature {
  readonly signature: StatementSignature;
  readonly proofKind: "passkey" | "ed25519" | "evaluation";
}

/**
 * Returns the caller's own signature, which the custodian checks while the caller can sign again. In an evaluation
 * instance the portal signs for people without a key. Throws `statement.required`, `custodian.refused`.
 */
export async function proveSignature(
  cx: Context,
  said: WithoutSignature<StatementNote>,
  signature: StatementSignature | undefined,
): Promise<ProvenSignature> {
  if (signature === undefined) {
    await requirePortalMaySign(cx);
    const made = await signAsPortal(cx.keystore, said.kind, said.statement);
    await cx.escrow.noteStatement({ ...said, signature: made });
    return { signature: made, proofKind: "evaluation" };
  }
  await refuseRemovedPasskey(cx, signature);
  await cx.escrow.noteStatement({ ...said, signature });
  return { signature, proofKind: signature.kind };
}
