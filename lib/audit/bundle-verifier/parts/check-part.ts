import { fromBase64url } from "@/lib/crypto/bytes";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { openPart } from "@/lib/crypto/log/audit-part";
import { sha256 } from "@/lib/crypto/primitives";
import type { EntryFacts, LinePart } from "../container/read-line";
import { isDigestText } from "../tree/digest-text";

/** A part that matches its entry, opened if its key is here; or what is wrong with it. */
export type PartCheck =
  | { readonly ok: true; readonly plaintext: Json | undefined }
  | { readonly ok: false; readonly fault: string };

/** Compares one exported part with the digest in its entry, and opens it with its key. */
export function checkPart(entry: Pick<EntryFacts, "id" | "log" | "sealed">, part: LinePart): PartCheck {
  const sealed = entry.sealed.find((candidate) => candidate.c === part.c);
  if (sealed === undefined) return { ok: false, fault: "is not among the parts that the entry binds" };
  try {
    const stored = fromBase64url(part.stored);
    if (!isDigestText(sealed.d, sha256(stored)))
      return { ok: false, fault: "does not give the digest in the entry" };
    if (part.key === undefined) return { ok: true, plaintext: undefined };
    const place = { log: entry.log, entryId: entry.id, c: part.c };
    return { ok: true, plaintext: openPart({ ...place, partKey: fromBase64url(part.key), stored }) };
  } catch (error) {
    if (error instanceof FormatError || error instanceof OpenError)
      return { ok: false, fault: "cannot be opened with its key" };
    throw error;
  }
}
