import "server-only";
import type { Context } from "@/lib/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import type { AppendedEntry, AuditEvent } from "../entry/event";
import { signNoteLine } from "../entry/note-line";
import { appendEntry } from "../record/append-entry";
import { issueReceipt, type Receipt } from "../record/issue-receipt";
import { wasAsked } from "./first-word";
import type { Acknowledgement, NewAcknowledgement } from "./schema";
import { askPrisma, isRowAcknowledged } from "./standing";
import { acknowledgementText } from "./statement";
import {
  agreeToWord,
  countAsked,
  findAsideRow,
  insertWord,
  lockWord,
  refuseWord,
  type WordRow,
} from "./store";
import { asideOf, seenBy, toAcknowledgement } from "./view";

export type AcknowledgementAnswer = Acknowledgement & { readonly receipt: Receipt };

/** Words of one person that may wait for a second one at once. */
const MAX_ASKED = 100;

type Action = "aside.ask" | "aside.agree" | "aside.refuse";

function eventOf(
  action: Action,
  word: { readonly id: string; readonly entry_id: string; readonly digest: string; readonly reason: string },
): AuditEvent {
  const { id, entry_id: row, digest, reason } = word;
  return {
    class: "log",
    outcome: "done",
    action,
    subjects: [`acknowledgement:${id}`],
    details: { acknowledgement: id, row, digest, reason },
  };
}

async function requireWord(tx: Tx, cx: Context, id: string): Promise<WordRow> {
  const word = await lockWord(tx, seenBy(cx), id);
  if (word === undefined) throw new DomainError("acknowledgement.not-found");
  return word;
}

async function ask(cx: Context, body: NewAcknowledgement) {
  const { tenantId } = cx.instance;
  return inTransaction(cx, async (tx) => {
    const row = await findAsideRow(tx, tenantId, body.entry_id);
    if (row === undefined) throw new DomainError("aside.not-found");
    if (await isRowAcknowledged(askPrisma(tx), asideOf(cx), row.entry_id))
      throw new DomainError("acknowledgement.state");
    if ((await countAsked(tx, tenantId, cx.principal.userId)) >= MAX_ASKED)
      throw new DomainError("acknowledgement.state", {
        detail: `${MAX_ASKED} of your acknowledgements wait for another person. Wait for them, or withdraw one.`,
      });
    const at = cx.clock.now();
    const id = uuidv7(at.getTime());
    const { reason } = body;
    const { digest, entry_id } = row;
    await insertWord(tx, {
      id,
      tenantId,
      entryId: entry_id,
      digest,
      reason,
      askedBy: cx.principal.userId,
      at,
    });
    const entry = await appendEntry(tx, cx, eventOf("aside.ask", { id, entry_id, digest, reason }));
    return { entry, word: await requireWord(tx, cx, id) };
  });
}

/**
 * Says that a row that stands aside was looked at, and what came of it; a second person with a duty for it agrees, and
 * until then nothing changes. The row stays. Throws `aside.not-found`, `acknowledgement.state` where it is acknowledged
 * already or too many of this person's wait, and `request.conflict` where a word about it waits.
 */
export async function askAcknowledgement(
  cx: Context,
  body: NewAcknowledgement,
): Promise<AcknowledgementAnswer> {
  try {
    const { entry, word } = await ask(cx, body);
    return { ...toAcknowledgement(cx, word), receipt: await issueReceipt(cx, entry) };
  } catch (error) {
    if (isUniqueViolation(error)) throw new DomainError("request.conflict");
    throw error;
  }
}

async function decide(
  cx: Context,
  id: string,
  action: Action,
  change: (tx: Tx, word: WordRow, entry: AppendedEntry) => Promise<void>,
): Promise<AcknowledgementAnswer> {
  let entry: AppendedEntry | undefined;
  const word = await inTransaction(cx, async (tx) => {
    const before = await requireWord(tx, cx, id);
    if (before.state !== "asked") throw new DomainError("acknowledgement.state");
    entry = await appendEntry(tx, cx, eventOf(action, before));
    await change(tx, before, entry);
    return requireWord(tx, cx, id);
  });
  if (entry === undefined) throw new InvariantError("an acknowledgement was decided without an entry");
  return { ...toAcknowledgement(cx, word), receipt: await issueReceipt(cx, entry) };
}

/**
 * The second person agrees: from then on the row is no alarm and no finding of a verification, for as long as its bytes
 * are these. The receipt key signs what was agreed to, so that a row of the database alone says nothing. Throws
 * `acknowledgement.state` where no entry of the log says that the first person asked.
 */
export function agreeToAcknowledgement(cx: Context, id: string): Promise<AcknowledgementAnswer> {
  return decide(cx, id, "aside.agree", async (tx, word, entry) => {
    if (word.asked_by === cx.principal.userId)
      throw new DomainError("decision.same-person", { detail: "Another person must agree." });
    if (!(await wasAsked(tx, cx, word)))
      throw new DomainError("acknowledgement.state", {
        detail: "The log has no record of the person who asked. Refuse this one and ask again.",
      });
    const row = await findAsideRow(tx, cx.instance.tenantId, word.entry_id);
    // What the first person looked at is not what stands there now.
    if (row?.digest !== word.digest) throw new DomainError("acknowledgement.state");
    const { log } = cx.instance;
    const { entry_id: entryId, digest } = word;
    const signature = await signNoteLine(
      { ...cx.audit.receiptSigner, sign: cx.audit.sign },
      acknowledgementText({ log, entryId, digest, agreedEntryId: entry.id }),
    );
    await agreeToWord(tx, id, {
      by: cx.principal.userId,
      at: cx.clock.now(),
      entryId: entry.id,
      signature,
    });
  });
}

/** Ends one that was not agreed to: the asker takes it back, or another with a duty for it refuses. */
export function refuseAcknowledgement(cx: Context, id: string): Promise<AcknowledgementAnswer> {
  return decide(cx, id, "aside.refuse", (tx) => refuseWord(tx, id, cx.principal.userId, cx.clock.now()));
}
