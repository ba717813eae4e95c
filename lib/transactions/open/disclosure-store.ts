import "server-only";
import { z } from "zod";
import { ALWAYS, type NewEntries, WRITE_ENTRIES } from "@/lib/audit/record/write-entries";
import { statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { GroupName } from "@/lib/vocabulary";

const Row = z.object({
  id: z.string(),
  groups: z.array(GroupName),
  purpose: z.string(),
  grant_id: z.string().nullable(),
});

/** A finished opening, with the data that later acts under it need. */
export interface DoneDisclosure {
  readonly id: string;
  readonly groups: readonly GroupName[];
  readonly purpose: string;
  readonly grantId: string | undefined;
}

/**
 * Returns this person's successful opening of this transaction. Another person's gets the same answer as an unknown
 * one.
 */
export async function findDisclosure(
  tx: Tx,
  wanted: { readonly id: string; readonly transactionId: string; readonly userId: string },
): Promise<DoneDisclosure | undefined> {
  const found = await tx.disclosure.findFirst({
    where: { id: wanted.id, transaction_id: wanted.transactionId, user_id: wanted.userId, outcome: "done" },
    select: { id: true, groups: true, purpose: true, grant_id: true },
  });
  if (found === null) return undefined;
  const { id, groups, purpose, grant_id } = Row.parse(found);
  return { id, groups, purpose, grantId: grant_id ?? undefined };
}

/** A disclosure that begins, with the entry of its intent. */
export interface NewDisclosure extends NewEntries {
  readonly id: string;
  readonly tenantId: string;
  readonly transactionId: string;
  readonly grantId: string | undefined;
  readonly userId: string;
  readonly groups: readonly GroupName[];
  readonly level: "masked" | "full";
  readonly purpose: string;
  readonly via: "plain" | "managed" | "escrow";
  readonly intentEntryId: string;
  /** What the requester signed, and how. */
  readonly signed:
    | { readonly statement: object; readonly proof: object; readonly proofKind: string }
    | undefined;
}

/** Stores the intent of an opening: its entry and its disclosure. */
export const STORE_INTENT = statement<NewDisclosure, never>("store-intent")`
  WITH ${ALWAYS}, ${WRITE_ENTRIES}
  INSERT INTO disclosure (id, tenant_id, transaction_id, grant_id, user_id, groups, level, purpose, via,
    intent_entry_id, statement, proof, proof_kind)
  VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid, ${({ transactionId }) => transactionId}::uuid,
    ${({ grantId }) => grantId ?? null}::uuid, ${({ userId }) => userId}::uuid, ${({ groups }) => groups}::text[],
    ${({ level }) => level}, ${({ purpose }) => purpose}, ${({ via }) => via},
    ${({ intentEntryId }) => intentEntryId}::uuid,
    ${({ signed }) => (signed === undefined ? null : JSON.stringify(signed.statement))}::jsonb,
    ${({ signed }) => (signed === undefined ? null : JSON.stringify(signed.proof))}::jsonb,
    ${({ signed }) => signed?.proofKind ?? null})`;

/** The end of a disclosure, with the entry of its outcome. */
export interface DisclosureEnd extends NewEntries {
  readonly id: string;
  readonly outcome: "done" | "failed";
  readonly outcomeEntryId: string;
}

/** Stores the outcome of an opening: its entry, and the end of its disclosure. */
export const STORE_OUTCOME = statement<DisclosureEnd, never>("store-outcome")`
  WITH ${ALWAYS}, ${WRITE_ENTRIES}
  UPDATE disclosure SET outcome = ${({ outcome }) => outcome},
    outcome_entry_id = ${({ outcomeEntryId }) => outcomeEntryId}::uuid
  WHERE id = ${({ id }) => id}::uuid`;
