import "server-only";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import type { ErrorCode } from "@/lib/errors";
import { type OpenStatement, recordDigest, type StatementSignature } from "@/lib/escrow/protocol/statements";
import { finishDisclosure, insertDisclosure } from "@/lib/transactions/store";
import type { GroupName } from "@/lib/vocabulary";

export const DISCLOSE = "disclosure.open";

/** A signed `open` statement as it is kept with the disclosure. */
export interface SignedWord {
  readonly statement: OpenStatement;
  readonly signature: StatementSignature;
  readonly proofKind: "passkey" | "ed25519" | "evaluation";
}

/** One opening as it is written down. */
export interface DisclosureFacts {
  readonly transactionId: string;
  readonly groups: readonly GroupName[];
  readonly purpose: string;
  readonly level: "masked" | "full";
  readonly via: "managed" | "escrow" | "plain";
  readonly grantId?: string;
  /** Access request whose compartment fences the entries. */
  readonly caseId?: string;
  readonly authorizedBy: string;
  /** What the requester signed for it, and how: what was seen is what was signed. */
  readonly signed?: SignedWord;
  /** Further members of the org part. */
  readonly details: Readonly<Record<string, Json>>;
}

/** An opening whose intent is committed. `access_id` is the disclosure's id. */
export interface Intent {
  readonly id: string;
  readonly entry: AppendedEntry;
  readonly facts: DisclosureFacts;
}

function wordOf({ signed }: DisclosureFacts): Readonly<Record<string, Json>> {
  return signed === undefined ? {} : { statement: recordDigest(signed.statement), proof: signed.proofKind };
}

function eventOf(id: string, facts: DisclosureFacts, outcome: AuditEvent["outcome"]): AuditEvent {
  const { transactionId, grantId, caseId } = facts;
  const subjects = [`disclosure:${id}`, ...(grantId === undefined ? [] : [`grant:${grantId}`])];
  return {
    class: "disclosure",
    outcome,
    action: DISCLOSE,
    subjects,
    purpose: facts.purpose,
    details: { ...facts.details, ...wordOf(facts), disclosure: id, via: facts.via, level: facts.level },
    ...(caseId === undefined ? {} : { caseId }),
    index: {
      transactionId,
      ...(grantId === undefined ? {} : { grantId }),
      ...(caseId === undefined ? {} : { requestId: caseId }),
    },
  };
}

function signedColumns({ statement, signature, proofKind }: SignedWord) {
  return { statement: { ...statement }, proof: { ...signature }, proof_kind: proofKind };
}

/**
 * Commits the intent: entry, disclosure row and whatever `also` changes (the view counter) in one transaction.
 * Nothing is opened before this has returned (I2).
 */
export async function recordIntent(
  cx: Context,
  facts: DisclosureFacts,
  also: (tx: Tx) => Promise<void> = async () => {},
): Promise<Intent> {
  const id = uuidv7(cx.clock.nowMs());
  const entry = await inTransaction(cx, async (tx) => {
    const appended = await appendEntry(tx, cx, eventOf(id, facts, "intent"));
    await also(tx);
    await insertDisclosure(tx, {
      id,
      tenant_id: cx.instance.tenantId,
      transaction_id: facts.transactionId,
      ...(facts.grantId === undefined ? {} : { grant_id: facts.grantId }),
      user_id: cx.principal.userId,
      groups: [...facts.groups],
      level: facts.level,
      purpose: facts.purpose,
      via: facts.via,
      intent_entry_id: appended.id,
      ...(facts.signed === undefined ? {} : signedColumns(facts.signed)),
    });
    return appended;
  });
  return { id, entry, facts };
}

/** Commits what became of an intent; the access log shows it. */
export function recordOutcome(
  cx: Context,
  intent: Intent,
  result:
    | { readonly outcome: "done"; readonly opened: readonly string[] }
    | { readonly outcome: "failed"; readonly error: ErrorCode },
): Promise<AppendedEntry> {
  const isDone = result.outcome === "done";
  const event: AuditEvent = {
    ...eventOf(intent.id, intent.facts, result.outcome),
    access: {
      dataAccessed: isDone ? result.opened : [],
      success: isDone,
      ...(isDone ? {} : { error: result.error }),
      authorizedBy: intent.facts.authorizedBy,
    },
  };
  return inTransaction(cx, async (tx) => {
    const entry = await appendEntry(tx, cx, event);
    await finishDisclosure(tx, intent.id, result.outcome, entry.id);
    return entry;
  });
}
