import { isUuid } from "@/lib/crypto/uuid";
import { invalidField } from "@/lib/errors";

/** One page of a list that is ordered by id, newest first. The cursor is the last id of the page before. */
export interface Page<T> {
  readonly items: T[];
  readonly next_cursor: string | null;
}

/** Returns the cursor. Throws `request.invalid` when it is not an id. */
export function requireCursor(cursor: string | undefined): string | undefined {
  if (cursor !== undefined && !isUuid(cursor)) throw invalidField("/cursor", "is not a cursor of this list");
  return cursor;
}
