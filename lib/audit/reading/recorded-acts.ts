import "server-only";
import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import type { AuditContext } from "@/lib/context/context";
import { formatMicros } from "@/lib/crypto/instant";
import { type DbContext, inRawSnapshot, type RawTx } from "@/lib/db/transaction";
import type { Entry } from "../entry/entry";
import { OpenedEntry } from "../entry/opened-entry";
import { partsOf, partsSelect } from "../entry/part-rows";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Row = z.object({
  seq: Seq,
  entry_id: z.string(),
  leaf_hash: Bytes,
  bytes: Bytes,
  parts: z.string().nullable(),
});

const BATCH = 200;
/** Number of entries that are opened without a pause. Then other work of this process gets a turn. */
const STRETCH = 16;

/** Which entries are read: by their action, in a period. */
export interface WhichActs {
  readonly actions: readonly string[];
  /** Absent: from the first entry. */
  readonly from?: Date | undefined;
  readonly to: Date;
}

const WHERE = `i.tenant_id = $2::uuid AND i.action = ANY ($3::text[]) AND i.at >= $4 AND i.at < $5`;

/** Returns a time in the form that entries have. Texts of this form sort as their times do. */
function asEntryTime(at: Date): string {
  return formatMicros(BigInt(at.getTime()) * 1_000n);
}

function valuesOf({ instance }: Pick<AuditContext, "instance">, { actions, from, to }: WhichActs): unknown[] {
  const since = asEntryTime(from ?? new Date(0));
  return [instance.log, instance.tenantId, actions, since, asEntryTime(to)];
}

/** Returns the number of these entries in the present log. Entries that are not integrated yet do not count. */
export function countActs(cx: AuditContext & DbContext, which: WhichActs): Promise<number> {
  return inRawSnapshot(cx, async (tx) => {
    const { rows } = await tx.query(
      `SELECT count(*) AS count FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = $1 WHERE ${WHERE}`,
      valuesOf(cx, which),
    );
    return z.array(z.object({ count: Seq })).parse(rows)[0]?.count ?? 0;
  });
}

async function readBatch(tx: RawTx, values: readonly unknown[], after: number) {
  const { rows } = await tx.query(
    `SELECT l.seq, l.entry_id::text, l.leaf_hash, e.bytes, ${partsSelect("l.entry_id", "true")} AS parts
     FROM audit_leaf l JOIN audit_index i ON i.entry_id = l.entry_id JOIN audit_entry e ON e.id = l.entry_id
     WHERE l.log = $1 AND l.seq > $6 AND ${WHERE} ORDER BY l.seq LIMIT ${BATCH}`,
    [...values, after],
  );
  return z.array(Row).parse(rows);
}

/** One recorded act, with its sealed parts as far as they open. */
export interface RecordedAct {
  readonly seq: number;
  readonly entryId: string;
  readonly opened: OpenedEntry;
  /** Undefined if the stored bytes do not match the leaf, or are not a valid entry. */
  readonly entry: Entry | undefined;
}

/**
 * Yields recorded acts in the order of the log, for work of the portal itself. It withholds no entry, so the caller must
 * show people only what they may read. Index rows find the entries, but the facts of an act come from the entry's bytes.
 */
export async function* recordedActs(
  cx: AuditContext & DbContext,
  which: WhichActs,
): AsyncGenerator<RecordedAct> {
  const { log } = cx.instance;
  const values = valuesOf(cx, which);
  for (let after = -1; ; ) {
    const rows = await inRawSnapshot(cx, (tx) => readBatch(tx, values, after));
    const parts = rows.map((row) => partsOf(row.parts));
    const ids = [...new Set(parts.flat().map(({ compartmentId }) => compartmentId))];
    const keys = await cx.audit.compartments.openNamed(ids);
    for (const [at, row] of rows.entries()) {
      if (at % STRETCH === 0) await setImmediate();
      const opened = new OpenedEntry(log, { ...row, parts: parts[at] ?? [] }, keys);
      const checked = opened.checked;
      yield { seq: row.seq, entryId: row.entry_id, opened, entry: "is" in checked ? undefined : checked };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    after = last.seq;
  }
}
