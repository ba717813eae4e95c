import "server-only";
import type { Context } from "@/lib/context";
import { fromUtf8, toBase64url } from "@/lib/crypto/bytes";
import { canonicalJson, type Json, parseCanonicalJson } from "@/lib/crypto/canonical-json";
import type { RawTx } from "@/lib/db/transaction";
import type { Conditions } from "../reading/filter";
import { type OpenedPart, openParts, readableKinds } from "../reading/open-parts";
import { readPartsRaw } from "../reading/store";
import { type ExportRow, streamRows } from "./store";

/** A row with the parts its reader may see. */
export interface OpenedRow {
  readonly row: ExportRow;
  readonly parts: readonly OpenedPart[];
}

/** Rows with their readable parts, batch by batch; nothing is held longer than its batch. */
export async function* openedRows(
  cx: Context,
  tx: RawTx,
  conditions: Conditions,
  size: number,
): AsyncGenerator<OpenedRow[]> {
  const kinds = readableKinds(cx);
  for await (const rows of streamRows(tx, conditions, cx.instance.log, size)) {
    const parts = await openParts(
      cx,
      await readPartsRaw(
        tx,
        rows.map((row) => row.entry_id),
        kinds,
      ),
    );
    const byEntry = new Map<string, OpenedPart[]>();
    for (const part of parts) byEntry.set(part.entryId, [...(byEntry.get(part.entryId) ?? []), part]);
    yield rows.map((row) => ({ row, parts: byEntry.get(row.entry_id) ?? [] }));
  }
}

function partJson(part: OpenedPart, withPlaintext: boolean): { [name: string]: Json } {
  return {
    c: part.c,
    key: toBase64url(part.partKey),
    kind: part.kind,
    stored: toBase64url(part.stored),
    ...(withPlaintext ? { plaintext: { ...part.plaintext } } : {}),
  };
}

/** One JCS line: the entry inside is byte-exact, since its stored bytes are its JCS. */
export function entryLine({ row, parts }: OpenedRow, withPlaintext: boolean): string {
  return canonicalJson({
    entry: parseCanonicalJson(fromUtf8(row.bytes)),
    leaf: toBase64url(row.leaf_hash),
    parts: parts.map((part) => partJson(part, withPlaintext)),
    seq: row.seq,
  });
}
