import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { recordDigest } from "@/lib/escrow/protocol/statements";

type Credential = RosterPerson["credentials"][number];

/**
 * Returns a key's id on the roster: the credential id of a passkey, the key id of another key. Undefined for the
 * portal's own key.
 */
function idOf(credential: Credential): string | undefined {
  if (credential.kind === "passkey") return credential.credential_id;
  return credential.kind === "ed25519" ? credential.key_id : undefined;
}

/**
 * Returns the SHA-256 of the JCS (RFC 8785) of a key on a roster, base64url. It covers id and public key, so two people
 * who compare it compare the same key. Undefined if the roster has no such key of that person.
 */
export function keyFingerprint(roster: Roster | undefined, person: string, id: string): string | undefined {
  const credentials = roster?.persons.find((one) => one.person === person)?.credentials ?? [];
  const credential = credentials.find((one) => idOf(one) === id);
  return credential === undefined ? undefined : recordDigest(credential);
}
