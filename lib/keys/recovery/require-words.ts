import "server-only";
import { DomainError } from "@/lib/errors";
import { REWRAP_PERSONS, rewrappersOf } from "@/lib/escrow/protocol/rewrap-statement";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { isPortalSigned } from "@/lib/escrow/protocol/succession";
import type { RecoveryWordRow } from "@/lib/keys/recovery/store";

type Word = Pick<RecoveryWordRow, "person" | "signature" | "proofKind">;

/** Whether a word is by a key under which the roster knows its person now. */
function isByKnownKey({ signature, proofKind }: Word, person: Roster["persons"][number]): boolean {
  if (proofKind === "evaluation") return isPortalSigned(person);
  return person.credentials.some((one) => {
    if (signature.kind === "passkey")
      return one.kind === "passkey" && one.credential_id === signature.credential_id;
    return one.kind === "ed25519" && one.key_id === signature.key_id;
  });
}

/**
 * The words that the custodian will take now: of persons who stand in its roster with a duty for it still, by keys that
 * stand there still. One word that counts no more keeps no others back. Throws `key.state` while there are too few.
 */
export function requireWords<W extends Word>(
  participantId: string,
  words: readonly W[],
  { persons }: Pick<Roster, "persons">,
): W[] {
  const may = rewrappersOf(persons, participantId);
  const standing = words.filter((word) => {
    const person = may.find((one) => one.person === word.person);
    return person !== undefined && isByKnownKey(word, person);
  });
  if (standing.length >= REWRAP_PERSONS) return standing.slice(0, REWRAP_PERSONS);
  throw new DomainError("key.state", {
    detail: `${standing.length} of ${REWRAP_PERSONS} persons of the custodian's roster have signed.`,
  });
}
