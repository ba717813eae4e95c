import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { openPart, partKey } from "@/lib/crypto/log/audit-part";
import { sha256 } from "@/lib/crypto/primitives";
import { type Entry, parseEntry } from "./entry";

/** A stored part, together with the stored bytes of its entry. */
export interface StoredBeside {
  readonly entry_id: string;
  readonly bytes: Uint8Array;
  readonly c: string;
  readonly stored: Uint8Array;
}

/** Returns the entry if its bytes belong to this log and id and bind exactly this part by its digest. */
export function bindingEntry(log: string, { entry_id, bytes, c, stored }: StoredBeside): Entry | undefined {
  try {
    const entry = parseEntry(bytes);
    const d = toBase64url(sha256(stored));
    const isBound = entry.sealed.some((part) => part.c === c && part.d === d);
    return entry.id === entry_id && entry.log === log && isBound ? entry : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** Returns the plaintext of a part under this compartment key; undefined if it does not open. */
export function openStored(
  log: string,
  part: Omit<StoredBeside, "bytes">,
  key: Uint8Array,
): Json | undefined {
  const place = { log, entryId: part.entry_id, c: part.c };
  try {
    return openPart({ ...place, partKey: partKey(key, part.entry_id), stored: part.stored });
  } catch (error) {
    if (error instanceof OpenError) return undefined;
    throw error;
  }
}
