import { isBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { markOfProof } from "@/lib/crypto/log/audit-part";
import { memberOf } from "../../crypto/json/canonical-json";
import { LABEL } from "./entry";

const MARK_CHARACTERS = 43;

/** The org part's statement about the entry's part for the person who acted. */
interface PersonPart {
  readonly c: string;
  /** Mark of the compartment key that seals that part (lib/crypto/log/audit-part.ts). */
  readonly keyMark: string;
}

/** Returns a mark, or a proof of one, in its only valid spelling; undefined for any other value. */
function markFrom(value: Json | undefined): string | undefined {
  const isMark = typeof value === "string" && value.length === MARK_CHARACTERS && isBase64url(value);
  return isMark ? value : undefined;
}

/**
 * Returns the mark of the key that an erasure destroyed, according to its details. They must prove that their author
 * had this key, because every reader of the person's entries knows the mark. Undefined without a valid proof.
 */
export function destroyedKey(details: Json | undefined): string | undefined {
  const keyMark = markFrom(memberOf(details, "key_mark"));
  const proof = markFrom(memberOf(details, "key_proof"));
  if (keyMark === undefined || proof === undefined) return undefined;
  return markOfProof(proof) === keyMark ? keyMark : undefined;
}

/** Returns the member `person` of an org part; undefined if it is absent or malformed. */
export function personPartOf(org: Json | undefined): PersonPart | undefined {
  const person = memberOf(org, "person");
  const c = memberOf(person, "c");
  const keyMark = markFrom(memberOf(person, "key_mark"));
  if (typeof c !== "string" || c === "org" || !LABEL.test(c) || keyMark === undefined) return undefined;
  return { c, keyMark };
}

/**
 * Returns whether an erasure of the key with this mark destroyed the key of this part. Only the entry's own org part
 * decides this, never a database row.
 */
export function isUnderKey(org: Json | undefined, c: string, keyMark: string | undefined): boolean {
  const person = personPartOf(org);
  return person !== undefined && person.c === c && person.keyMark === keyMark;
}
