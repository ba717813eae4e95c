import { fromBase64url, fromUtf8, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { isUuid } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";

/** Place in a list ordered by creation time and id, newest first. */
export interface Place {
  readonly micros: bigint;
  readonly id: string;
}

export function encodeCursor(place: Place): string {
  return toBase64url(utf8(`${place.micros}.${place.id}`));
}

/** Returns the place in a cursor. A cursor is opaque to callers; one that we did not make is refused. */
export function decodeCursor(cursor: string): Place {
  try {
    const match = /^(\d{1,18})\.(.+)$/.exec(fromUtf8(fromBase64url(cursor)));
    const [, micros = "", id = ""] = match ?? [];
    if (match !== null && isUuid(id)) return { micros: BigInt(micros), id };
  } catch {
    // Continues to the one refusal below.
  }
  throw new DomainError("request.invalid", {
    errors: [{ pointer: "/cursor", detail: "is not a cursor of this list" }],
  });
}
