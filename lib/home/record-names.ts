import "server-only";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { readAudience } from "@/lib/notify/audience";
import { readNames } from "@/lib/notify/names-store";
import { readOwnReferences } from "@/lib/notify/reference-store";

const NAMED_KINDS = ["request", "grant", "transaction"] as const;

/** A record that people name by reference or job. */
export interface NamedRecord {
  readonly kind: (typeof NAMED_KINDS)[number];
  readonly id: string;
  /** An entry that the caller may read is about it. */
  readonly isSubject?: boolean;
}

/** Returns what the caller calls these transactions, by id. */
export function readTransactionNames(
  cx: Context,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return readRecordNames(
    cx,
    ids.map((id) => ({ kind: "transaction", id })),
  );
}

/** So many are named at most for one page. */
const MOST = 600;

/** Returns an id of unknown kind as each kind of record that it can name. */
export function anyRecord(id: string): NamedRecord[] {
  return NAMED_KINDS.map((kind) => ({ kind, id }));
}

/**
 * Returns what people call these records, by id: the reference of a request or grant, the job of a transaction. The
 * rules of reading a record decide who gets its name (I12): others get none, as for a record that does not exist. A
 * grant without a request has a reference made of its id: readers of an entry about it have both.
 */
export async function readRecordNames(
  cx: Context,
  records: readonly NamedRecord[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map(
    records.filter(({ id }) => isUuid(id)).map((one) => [`${one.kind} ${one.id}`, one] as const),
  );
  const subjects = [...wanted.values()]
    .slice(0, MOST)
    .map(({ kind, id: subject, isSubject }) => ({ kind, subject, isSubject }));
  if (subjects.length === 0) return new Map();
  return inSnapshot(cx, async (tx) => {
    const audience = await readAudience(tx, cx, subjects);
    const { tenantId } = cx.instance;
    const isKnown = (one: (typeof subjects)[number]) => audience.has(cx.principal, one);
    const names = await readNames(tx, tenantId, subjects.filter(isKnown));
    const hidden = subjects.filter((one) => one.kind === "grant" && one.isSubject === true && !isKnown(one));
    return new Map([...names, ...(await readOwnReferences(tx, tenantId, hidden))]);
  });
}
