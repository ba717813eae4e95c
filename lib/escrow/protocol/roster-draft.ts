import { z } from "zod";
import { spokenGroups } from "@/lib/digests";
import type { RosterPerson } from "./messages";
import { Roster } from "./roster";
import { recordDigest } from "./statements";

/** Groups of four hexadecimal digits that two people read aloud: 128 bits of a key's fingerprint. */
const GROUPS = 8;

/**
 * What an administrator takes from the portal to the custodian for its first roster. It contains no secret. The
 * custodian's operator trusts none of it: each person reads the groups of their own key aloud.
 */
export const RosterDraft = z.strictObject({
  format: z.literal("sealport/roster-draft/1"),
  roster: Roster,
  /** Names to call people by; the roster has handles alone. */
  people: z.array(
    z.strictObject({
      person: z.string(),
      name: z.string(),
      organisation: z.string(),
      duties: z.array(z.string()),
    }),
  ),
  /** People with a duty or role who have no passkey yet, so the roster cannot include them. */
  missing: z.array(z.strictObject({ person: z.string(), name: z.string(), organisation: z.string() })),
});
export type RosterDraft = z.infer<typeof RosterDraft>;

/** Returns the groups to read a key aloud: digits of the SHA-256 over the JCS form (RFC 8785) of its id and public key. */
export function keyGroups(credential: RosterPerson["credentials"][number]): string {
  return spokenGroups(recordDigest(credential), GROUPS);
}
