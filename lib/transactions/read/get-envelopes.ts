import "server-only";
import { findProof } from "@/lib/audit/reading/proofs/get-proof";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { DomainError, InvariantError } from "@/lib/errors";
import { GROUP_ORDER } from "@/lib/transactions/groups";
import { loadKnown } from "@/lib/transactions/read/load-known";
import { loadSealed, requireBound, type SealedRecord } from "@/lib/transactions/read/load-sealed";
import { isParty } from "@/lib/transactions/read/who-may-know";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { EnvelopeList } from "@/lib/transactions/schema";

const ACTION = "transaction.envelopes";

/** Returns inclusion proofs by entry id, of those that a checkpoint covers. */
async function proofsOf(cx: Context, record: SealedRecord): Promise<Map<string, string>> {
  const proofs = new Map<string, string>();
  for (const id of new Set(record.groups.map((group) => group.row.entryId))) {
    const proof = await findProof(cx, id);
    if (proof !== undefined) proofs.set(id, proof);
  }
  return proofs;
}

function itemsOf(
  row: TransactionRow,
  record: SealedRecord,
  proofs: ReadonlyMap<string, string>,
): EnvelopeList["items"] {
  return GROUP_ORDER.flatMap((name) => {
    const group = record.groups.find((one) => one.row.group === name);
    if (group === undefined) return [];
    const bytes = record.entries.get(group.row.entryId);
    if (bytes === undefined) throw new InvariantError("a group names an entry that is not there");
    const { ep, gen, entryId } = group.row;
    const proof = proofs.get(entryId);
    const entry = { id: entryId, bytes: toBase64url(bytes), ...(proof === undefined ? {} : { proof }) };
    return [{ group: name, jwe: { ...group.envelope }, ep, gen, digests: [...row.digestList], entry }];
  });
}

/** Returns the sealed envelopes for their recipients, who can open and check them without the portal. */
export async function getEnvelopes(cx: Context, id: string): Promise<EnvelopeList> {
  const { row, also: record } = await loadKnown(cx, id, (tx, known) => loadSealed(tx, known));
  if (!isParty(cx.principal, row.participants)) {
    throw new DomainError("access.forbidden", { detail: "Only recipients can read the envelopes." });
  }
  requireBound(cx, row, record);
  const items = itemsOf(row, record, await proofsOf(cx, record));
  await recordEvent(cx, {
    class: "transaction",
    outcome: "done",
    action: ACTION,
    subjects: [],
    details: { transaction: id, groups: items.map((item) => item.group) },
    index: { transactionId: id },
    access: { dataAccessed: items.map((item) => item.group), success: true, authorizedBy: "participant" },
  });
  return { items };
}
