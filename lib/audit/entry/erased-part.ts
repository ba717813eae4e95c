import { FormatError } from "@/lib/crypto/format-error";
import { parseMicros } from "@/lib/crypto/instant";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidMillis } from "@/lib/crypto/uuid";
import { isUnderKey } from "./person-part";

/**
 * Microseconds by which an entry may be later than the erasure of its part: the erasure's entry is made up to a minute before
 * its key goes, and an entry sealed before may come in as late.
 */
export const ERASURE_SLACK_MICROS = 120_000_000n;

/** Whether an entry of this time (RFC 3339, microseconds) was made while the key that an erasure destroyed was there. */
function isBefore(at: Json | undefined, erasure: string): boolean {
  const made = uuidMillis(erasure);
  if (typeof at !== "string" || made === undefined) return false;
  try {
    return parseMicros(at) <= BigInt(made) * 1_000n + ERASURE_SLACK_MICROS;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** A part of an entry, with the entry's time and its org part. */
interface Part {
  readonly c: string;
  readonly at: Json | undefined;
  readonly org: Json | undefined;
}

/** What of an erasing entry says which parts it ended. */
interface Ending {
  readonly entry: string;
  readonly keyMark: string | undefined;
}

/** Which of the erasures that name a compartment ended a part of it, if one did. */
export function endingOf<T extends Ending>(part: Part, erasings: readonly T[] | undefined): T | undefined {
  return erasings?.find((erasing) => isEndedBy(part, erasing));
}

/**
 * Whether this erasure ended a part: the entry's own org part says that it lies under the very key that the erasure says it
 * destroyed, and the entry is not later than that, by the id under which the erasure's sealed part opens. Who kept the key may
 * have gone on with it.
 */
function isEndedBy({ c, at, org }: Part, { entry, keyMark }: Ending): boolean {
  return isUnderKey(org, c, keyMark) && isBefore(at, entry);
}
