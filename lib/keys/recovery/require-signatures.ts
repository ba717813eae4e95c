import "server-only";
import { DomainError } from "@/lib/errors";
import { REWRAP_PERSONS, rewrappersOf } from "@/lib/escrow/protocol/rewrap-statement";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { isPortalSigned } from "@/lib/escrow/protocol/succession";
import type { RecoverySignatureRow } from "@/lib/keys/recovery/store";

type Signed = Pick<RecoverySignatureRow, "person" | "signature" | "proofKind">;

/** Returns whether a statement is by a key that the roster now has for its person. */
function isByKnownKey({ signature, proofKind }: Signed, person: Roster["persons"][number]): boolean {
  if (proofKind === "evaluation") return isPortalSigned(person);
  return person.credentials.some((one) => {
    if (signature.kind === "passkey")
      return one.kind === "passkey" && one.credential_id === signature.credential_id;
    return one.kind === "ed25519" && one.key_id === signature.key_id;
  });
}

/**
 * Returns the statements that the custodian will accept now: their people and keys are on its roster, with a duty for
 * it. A statement that no longer counts does not block the others. Throws `key.state` while there are too few.
 */
export function requireSignatures<W extends Signed>(
  participantId: string,
  signatures: readonly W[],
  { persons }: Pick<Roster, "persons">,
): W[] {
  const may = rewrappersOf(persons, participantId);
  const standing = signatures.filter((word) => {
    const person = may.find((one) => one.person === word.person);
    return person !== undefined && isByKnownKey(word, person);
  });
  if (standing.length >= REWRAP_PERSONS) return standing.slice(0, REWRAP_PERSONS);
  throw new DomainError("key.state", {
    detail: `${standing.length} of ${REWRAP_PERSONS} people on the custodian's roster have signed.`,
  });
}
