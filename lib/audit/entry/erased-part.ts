import { FormatError } from "@/lib/crypto/format-error";
import { parseMicros } from "@/lib/crypto/instant";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidMillis } from "@/lib/crypto/uuid";
import { isUnderKey } from "./person-part";

/**
 * Microseconds by which an entry may be later than the erasure of its part. The erasure's entry is made up to one
 * minute before its key is destroyed. An entry that was sealed earlier may be written in this minute too.
 */
export const ERASURE_SLACK_MICROS = 120_000_000n;

/** Returns whether an entry with this time (RFC 3339, microseconds) was made before an erasure destroyed the key. */
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

/** The facts of an erasing entry that say which parts it ended. */
interface Ending {
  readonly entry: string;
  readonly keyMark: string | undefined;
}

/** Returns the erasure that ended a part, out of those that name its compartment; undefined if none did. */
export function endingOf<T extends Ending>(part: Part, erasings: readonly T[] | undefined): T | undefined {
  return erasings?.find((erasing) => isEndedBy(part, erasing));
}

/**
 * Returns whether this erasure ended a part. The entry's own org part must name the key that the erasure destroyed.
 * The entry must not be later than the erasure, whose time comes from the id that opens the erasure's sealed part.
 * This matters because a person who kept a copy of the key could seal more entries with it.
 */
function isEndedBy({ c, at, org }: Part, { entry, keyMark }: Ending): boolean {
  return isUnderKey(org, c, keyMark) && isBefore(at, entry);
}
