import "server-only";
import { openPartBytes, partKey } from "@/lib/crypto/audit-part";
import { fromUtf8, toBase64url } from "@/lib/crypto/bytes";
import { canonicalJson, parseCanonicalJson } from "@/lib/crypto/canonical-json";
import { OpenError } from "@/lib/crypto/format-error";
import type { RawTx } from "@/lib/db/transaction";
import { entryLeaf } from "../entry";
import type { CompartmentKind } from "../event";
import type { ReaderContext } from "../reading/filter";
import { type ExportRange, type ExportRow, type StoredPart, streamRows } from "./store";

/** A part that the reader may read, with the key that opens this part of this entry only. */
export interface KeyedPart extends StoredPart {
  readonly partKey: Uint8Array;
}

/** A row with the parts its reader may see, and those he might see if their compartment's key were not destroyed. */
export interface OpenedRow {
  readonly row: ExportRow;
  readonly parts: readonly KeyedPart[];
  readonly erased: readonly StoredPart[];
}

const KEPT_KEYS = 5_000;
/** A destroyed key must not live on in memory for long. */
const KEPT_MS = 60_000;

/** Compartment keys of one export, asked for once a minute at most. */
class CompartmentKeys {
  private known = new Map<string, Uint8Array | undefined>();
  private until = 0;

  constructor(private readonly cx: Pick<ReaderContext, "audit" | "clock">) {}

  async open(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, Uint8Array | undefined>> {
    const now = this.cx.clock.nowMs();
    if (now >= this.until || this.known.size > KEPT_KEYS) {
      this.known = new Map();
      this.until = now + KEPT_MS;
    }
    const unknown = [...ids].filter((id) => !this.known.has(id));
    if (unknown.length > 0) {
      const keys = await this.cx.audit.compartments.openById(unknown);
      for (const id of unknown) this.known.set(id, keys.get(id));
    }
    return this.known;
  }
}

/** Rows with their parts of these kinds, batch by batch; nothing is held longer than its batch. */
export async function* openedRows(
  cx: ReaderContext,
  tx: RawTx,
  range: Omit<ExportRange, "log">,
  kinds: readonly CompartmentKind[],
): AsyncGenerator<OpenedRow[]> {
  const compartments = new CompartmentKeys(cx);
  const wanted = { ...range, log: cx.instance.log };
  for await (const rows of streamRows(tx, wanted, kinds)) {
    const keys = await compartments.open(
      new Set(rows.flatMap((row) => row.parts.map((part) => part.compartmentId))),
    );
    yield rows.map((row) => openRow(row, keys));
  }
}

function openRow(row: ExportRow, keys: ReadonlyMap<string, Uint8Array | undefined>): OpenedRow {
  const parts: KeyedPart[] = [];
  const erased: StoredPart[] = [];
  for (const part of row.parts) {
    const key = keys.get(part.compartmentId);
    if (key === undefined) erased.push(part);
    else parts.push({ ...part, partKey: partKey(key, row.entry_id) });
  }
  return { row, parts, erased };
}

/** The JCS that was sealed in a part; undefined where what is stored does not open with its key. */
export function plaintextOf(log: string, entryId: string, part: KeyedPart): string | undefined {
  try {
    return fromUtf8(openPartBytes({ log, entryId, c: part.c, partKey: part.partKey, stored: part.stored }));
  } catch (error) {
    if (error instanceof OpenError) return undefined;
    throw error;
  }
}

function partJson(part: KeyedPart, plaintext: string | undefined): string {
  const shown = plaintext === undefined ? "" : `"plaintext":${plaintext},`;
  const key = toBase64url(part.partKey);
  const stored = part.stored.toString("base64url");
  return `{"c":${canonicalJson(part.c)},"key":"${key}","kind":"${part.kind}",${shown}"stored":"${stored}"}`;
}

/**
 * The entry as it stands in a line. Bytes that give their leaf are what the sequencer took, which is canonical
 * JSON; others were changed since, and must at least be JSON, so that a line stays a line.
 */
function entryText(row: ExportRow): string {
  const text = fromUtf8(row.bytes);
  return row.leaf_hash.equals(entryLeaf(row.bytes)) ? text : canonicalJson(parseCanonicalJson(text));
}

/**
 * One JCS line: the entry inside is byte-exact, since its stored bytes are its JCS. With `log` the parts are opened
 * as well (`plaintext`); one that does not open is there without it.
 */
export function entryLine({ row, parts }: OpenedRow, log?: string): string {
  const shown = parts.map((part) =>
    partJson(part, log === undefined ? undefined : plaintextOf(log, row.entry_id, part)),
  );
  const leaf = row.leaf_hash.toString("base64url");
  return `{"entry":${entryText(row)},"leaf":"${leaf}","parts":[${shown.join(",")}],"seq":${row.seq}}`;
}
