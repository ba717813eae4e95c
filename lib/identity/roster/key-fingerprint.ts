import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { recordDigest } from "@/lib/escrow/protocol/statements";

type Credential = RosterPerson["credentials"][number];

/** What a roster calls a key: the credential id of a passkey, the key id of another; none for the portal's own. */
function idOf(credential: Credential): string | undefined {
  if (credential.kind === "passkey") return credential.credential_id;
  return credential.kind === "ed25519" ? credential.key_id : undefined;
}

/**
 * SHA-256 of the JCS (RFC 8785) of a key as it stands in a roster, base64url: id and public key alike, so that two
 * people who read it to each other speak of the same key. Undefined where the roster has no such key of that person.
 */
export function keyFingerprint(roster: Roster | undefined, person: string, id: string): string | undefined {
  const credentials = roster?.persons.find((one) => one.person === person)?.credentials ?? [];
  const credential = credentials.find((one) => idOf(one) === id);
  return credential === undefined ? undefined : recordDigest(credential);
}
