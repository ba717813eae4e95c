import "server-only";
import { z } from "zod";
import type { Context } from "@/lib/context/context";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { formatMicros, parseMicros } from "@/lib/crypto/instant";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import type { ReceiptQuery } from "@/lib/schema";
import { entryLeaf, parseEntry } from "../entry/entry";
import { issueReceipt, type Receipt } from "../record/issue-receipt";
import { recordReadOnce } from "../record/record-read";

/** A receipt promises an entry a minute after it was made (docs/formats/receipt.md). */
const MERGE_DELAY_MICROS = 60_000_000n;

const Row = z.object({
  bytes: z.instanceof(Uint8Array),
  leaf_hash: z.instanceof(Uint8Array).nullable(),
});

/** Returns the condition for the wanted entry: by a submitted request, by a created transaction, or by the entry's id. */
function wantedOf({
  entry_id,
  request_id,
  transaction_id,
}: ReceiptQuery): readonly [condition: string, id: string] {
  if (request_id !== undefined)
    return ["i.action = 'request.submit' AND i.request_id = $4::uuid", request_id];
  if (transaction_id !== undefined)
    return ["i.action = 'transaction.create' AND i.transaction_id = $4::uuid", transaction_id];
  return ["i.entry_id = $4::uuid", entry_id ?? ""];
}

/** Returns the newest such entry of the present log that the caller made, or that their participant's transaction made. */
async function findOwn(tx: Tx, cx: Context, query: ReceiptQuery): Promise<z.infer<typeof Row> | undefined> {
  const [condition, id] = wantedOf(query);
  const rows = await tx.$queryRawUnsafe(
    `SELECT e.bytes, l.leaf_hash FROM audit_index i JOIN audit_entry e ON e.id = i.entry_id
       LEFT JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = e.log
     WHERE i.tenant_id = $1::uuid AND (i.actor = $2 OR (i.action = 'transaction.create' AND i.participant_id = $5))
       AND e.log = $3 AND i.outcome = 'done' AND ${condition}
     ORDER BY i.at DESC LIMIT 1`,
    cx.instance.tenantId,
    cx.principal.pseudonym,
    cx.instance.log,
    id,
    cx.principal.participantId ?? null,
  );
  return z.array(Row).parse(rows)[0];
}

/**
 * Returns the signed receipt of one of the caller's own acts again, with the same bytes. It signs only if the entry's
 * leaf is in the tree, or the entry is still young enough to wait for its leaf. A row alone does not justify a promise.
 * Throws `audit.not-found`, and `request.invalid` unless one thing is named.
 */
export async function getReceipt(cx: Context, query: ReceiptQuery): Promise<Receipt> {
  if (Object.values(query).filter((one) => one !== undefined).length !== 1)
    throw invalidField("/entry_id", "name one of entry_id, request_id and transaction_id");
  const found = await inSnapshot(cx, (tx) => findOwn(tx, cx, query));
  await recordReadOnce(cx, "audit.receipt");
  if (found === undefined) throw new DomainError("audit.not-found");
  const bytes = Uint8Array.from(found.bytes);
  const { id, at } = parseEntry(bytes);
  const leafHash = entryLeaf(bytes);
  const due = parseMicros(at) + MERGE_DELAY_MICROS;
  const isPromised =
    found.leaf_hash === null
      ? cx.clock.nowMicros() <= due
      : equalConstantTime(Uint8Array.from(found.leaf_hash), leafHash);
  if (!isPromised) throw new DomainError("audit.not-found");
  return issueReceipt(cx, { id, at, bytes, leafHash, integrateBy: formatMicros(due), parts: [] });
}
