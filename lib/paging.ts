import { isUuid } from "@/lib/crypto/uuid";
import { invalidField } from "@/lib/errors";

/** A row that is stored but cannot be read, for example because of a time that JavaScript cannot represent. */
export interface Unreadable {
  readonly id: string;
  readonly unreadable: true;
}

/** One page of a list that is ordered by id, newest first. The cursor is the last id of the page before. */
export interface Page<T> {
  readonly items: T[];
  /** Present only where rows of the page cannot be read. */
  readonly unreadable?: Unreadable[];
  readonly next_cursor: string | null;
}

/** Returns the cursor. Throws `request.invalid` when it is not an id. */
export function requireCursor(cursor: string | undefined): string | undefined {
  if (cursor !== undefined && !isUuid(cursor)) throw invalidField("/cursor", "is not a cursor of this list");
  return cursor;
}

/** Escapes a text so that LIKE matches it literally, without wildcards. */
export function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

/** A pattern of LIKE for all that contains a text. */
export function likePart(text: string): string {
  return `%${likeText(text)}%`;
}
