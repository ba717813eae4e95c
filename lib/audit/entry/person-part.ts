import { isBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { markOfProof } from "@/lib/crypto/log/audit-part";
import { memberOf } from "../bundle-verifier/container/member";
import { LABEL } from "./entry";

const MARK_CHARACTERS = 43;

/** What an entry's org part says of its part about the person who acted. */
interface PersonPart {
  readonly c: string;
  /** Mark of the compartment key under which that part lies (lib/crypto/log/audit-part.ts). */
  readonly keyMark: string;
}

/** A mark, or a proof of one, in its one spelling; undefined for anything else. */
function markFrom(value: Json | undefined): string | undefined {
  const isMark = typeof value === "string" && value.length === MARK_CHARACTERS && isBase64url(value);
  return isMark ? value : undefined;
}

/**
 * Mark of the key that an erasure's details say was destroyed, where they prove that whoever sealed them had that key: the
 * mark alone is known to every reader of the person's entries. Undefined where they do not.
 */
export function destroyedKey(details: Json | undefined): string | undefined {
  const keyMark = markFrom(memberOf(details, "key_mark"));
  const proof = markFrom(memberOf(details, "key_proof"));
  if (keyMark === undefined || proof === undefined) return undefined;
  return markOfProof(proof) === keyMark ? keyMark : undefined;
}

/** What an org part says under `person`; undefined where it says nothing, or not in the one form. */
export function personPartOf(org: Json | undefined): PersonPart | undefined {
  const person = memberOf(org, "person");
  const c = memberOf(person, "c");
  const keyMark = markFrom(memberOf(person, "key_mark"));
  if (typeof c !== "string" || c === "org" || !LABEL.test(c) || keyMark === undefined) return undefined;
  return { c, keyMark };
}

/**
 * Whether an erasure that names the key of this mark destroyed the key of this part, by the entry's own org part: no row
 * of the database has a say in it.
 */
export function isUnderKey(org: Json | undefined, c: string, keyMark: string | undefined): boolean {
  const person = personPartOf(org);
  return person !== undefined && person.c === c && person.keyMark === keyMark;
}
