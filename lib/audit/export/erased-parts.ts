import "server-only";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { memberOf } from "../bundle-verifier/container/member";
import { endingOf } from "../entry/erased-part";
import type { Erasing } from "../retention/erasure/erasing-entries";
import type { StoredPart } from "./stored-part";

/** A part whose key an entry of the log says it destroyed. */
export interface ErasedPart extends StoredPart {
  readonly erasing: Erasing;
}

/** A part without a key, with the erasures that name its compartment. */
export interface GonePart extends StoredPart {
  readonly erasings: readonly Erasing[];
}

interface Judged {
  readonly erased: readonly ErasedPart[];
  readonly others: readonly StoredPart[];
}

/**
 * Called erased is only the part that the entry's own org part says is its person's, under the very key that an erasure
 * says it destroyed, of an entry that is not later: whose compartment a row makes it out to be counts for nothing.
 */
export function judgeGone(gone: readonly GonePart[], entry: Json | undefined, org: Json | undefined): Judged {
  const [erased, others]: [ErasedPart[], StoredPart[]] = [[], []];
  const at = memberOf(entry, "at");
  for (const { erasings, ...part } of gone) {
    const erasing = endingOf({ c: part.c, at, org }, erasings);
    if (erasing === undefined) others.push(part);
    else erased.push({ ...part, erasing });
  }
  return { erased, others };
}
