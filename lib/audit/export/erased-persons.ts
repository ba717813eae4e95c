import "server-only";
import type { PartRow } from "./stored-part";

/**
 * By compartment whose key was erased, the person that it was told as of first: an erasure names no person, so that
 * whoever owns the database could move any part under one and have it called erased.
 */
export class ErasedPersons {
  readonly #first = new Map<string, string>();

  /** Whether a compartment has a row, and is told as a person's and as of the same one as before: no other is ever erased. */
  isOfOne({ compartmentId, kind, subject }: Pick<PartRow, "compartmentId" | "kind" | "subject">): boolean {
    if (kind !== "subject" || subject === null) return false;
    const first = this.#first.get(compartmentId) ?? subject;
    this.#first.set(compartmentId, first);
    return first === subject;
  }
}
