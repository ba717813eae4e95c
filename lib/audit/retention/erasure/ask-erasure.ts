import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import type { ErasureAnswer } from "./decide-erasure";
import { personKey, sayWord } from "./erasure-word";
import type { NewErasure } from "./schema";
import { findErasure, findSubject, insertErasure } from "./store";
import { readerOf, toErasure } from "./view";

/** Anonymous callers and processes are not people: the data under such a name belong to all of them. */
const NO_PERSON = /^(?:anonymous$|system:)/;

/** Requires that a handle belongs to one person, because a database row links handle and person. */
function requirePerson(pseudonym: string): void {
  if (!NO_PERSON.test(pseudonym)) return;
  throw new DomainError("request.invalid", {
    errors: [{ pointer: "/subject", detail: "the log data under this name is not about one person" }],
  });
}

/**
 * Returns the key that seals the data about this person in the log. The entry of the request names this key, so that
 * no other key can be destroyed in its place.
 */
async function keyOf(cx: Context, compartmentId: string, pseudonym: string): Promise<Uint8Array> {
  const key = await personKey(cx, compartmentId, pseudonym);
  if (key !== undefined) return key;
  throw new DomainError("request.invalid", {
    errors: [
      { pointer: "/subject", detail: "the key to the data about this person in the log cannot be opened" },
    ],
  });
}

async function write(cx: Context, body: NewErasure) {
  const { tenantId } = cx.instance;
  const { userId } = cx.principal;
  return inTransaction(cx, async (tx) => {
    const subject = await findSubject(tx, readerOf(cx), body.subject);
    if (subject === undefined || subject.compartment_id === null) {
      throw new DomainError("request.invalid", {
        errors: [{ pointer: "/subject", detail: "the log has no data about a person with this handle" }],
      });
    }
    requirePerson(subject.pseudonym);
    if (subject.is_readers)
      throw new DomainError("decision.self", { detail: "You cannot request the erasure of your own data." });
    const at = cx.clock.now();
    const id = uuidv7(at.getTime());
    const compartmentId = subject.compartment_id;
    const key = await keyOf(cx, compartmentId, subject.pseudonym);
    const action = "erasure.ask";
    const entry = await appendEntry(tx, cx, {
      class: "retention",
      outcome: "done",
      action,
      subjects: [`erasure:${id}`, `compartment:${compartmentId}`],
      details: await sayWord(cx, { action, erasure: id, compartment: compartmentId }, key),
    });
    const made = { id, tenantId, compartmentId, reason: body.reason, askedBy: userId, at };
    await insertErasure(tx, { ...made, entryId: entry.id });
    const row = await findErasure(tx, readerOf(cx), id);
    if (row === undefined) throw new InvariantError("an erasure was asked for and is not there");
    return { entry, row };
  });
}

/**
 * Requests the erasure of a person's data from the log (audit.md "Retention"). The key is destroyed only after a
 * second person with the duty agrees. Throws `request.conflict` if an erasure of this person is already open.
 */
export async function askErasure(cx: Context, body: NewErasure): Promise<ErasureAnswer> {
  try {
    const { entry, row } = await write(cx, body);
    return { ...toErasure(cx, row), receipt: await issueReceipt(cx, entry) };
  } catch (error) {
    if (isUniqueViolation(error)) throw new DomainError("request.conflict");
    throw error;
  }
}
