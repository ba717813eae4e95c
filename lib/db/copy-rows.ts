import "server-only";
import { to as copyTo } from "pg-copy-streams";
import { InvariantError } from "@/lib/errors";
import { abandonConnection, type RawTx } from "./transaction";

const NULL_LENGTH = -1;

/**
 * One row of a COPY. It knows where its columns are and makes a text or an array only of those that are asked for: a log has millions of
 * columns, and each array costs more than its bytes.
 */
export class CopiedRow {
  /** Where each column begins, and its length. */
  private readonly places: number[] = [];

  constructor(private readonly chunk: Buffer) {}

  add(start: number, length: number): void {
    this.places.push(start, length);
  }

  get length(): number {
    return this.places.length / 2;
  }

  /** The bytes of a column as PostgreSQL sends them, null for SQL NULL. They share memory with the batch. */
  bytes(at: number): Buffer | null {
    const [start, end] = this.range(at);
    return end < start ? null : this.chunk.subarray(start, end);
  }

  /** A column as text, null for SQL NULL. */
  text(at: number): string | null {
    const [start, end] = this.range(at);
    return end < start ? null : this.chunk.toString("utf8", start, end);
  }

  /** The first byte of a column; undefined for SQL NULL and for no bytes. */
  firstByte(at: number): number | undefined {
    const [start, end] = this.range(at);
    return end <= start ? undefined : this.chunk[start];
  }

  /** Beginning and end of a column; SQL NULL ends before it begins. */
  private range(at: number): readonly [start: number, end: number] {
    const start = this.places[2 * at] ?? 0;
    return [start, start + (this.places[2 * at + 1] ?? NULL_LENGTH)];
  }
}

const SIGNATURE = Buffer.from("PGCOPY\n\u00ff\r\n\0", "latin1");
const HEADER_BYTES = SIGNATURE.length + 8;
const END_OF_ROWS = -1;

/** Bytes gathered for a batch: PostgreSQL sends a few rows at a time, and each batch costs its reader many turns. */
const BATCH_BYTES = 128 * 1024;

/** Most parameters one COPY may carry; their names are `sealport.export.v1` and on. */
const MAX_VALUES = 64;

type ReadRow = { readonly values?: CopiedRow; readonly end: number } | { readonly needed: number };

/** Reads the binary COPY format (PostgreSQL manual, COPY, "Binary Format") from chunks cut anywhere. */
export class CopyDecoder {
  /** What no whole row was read of yet, in the pieces in which it came. */
  private pieces: Buffer[] = [];
  private held = 0;
  /** So many bytes are needed for anything more to be read. */
  private needed = 0;
  private hasHeader = false;
  private hasEnded = false;

  /** The rows that are whole with this chunk. They share memory with it. */
  push(chunk: Buffer): CopiedRow[] {
    this.pieces.push(chunk);
    this.held += chunk.length;
    if (this.held < this.needed) return [];
    const bytes = this.pieces.length === 1 ? chunk : Buffer.concat(this.pieces);
    const rows: CopiedRow[] = [];
    let offset = this.hasHeader ? 0 : this.readHeader(bytes);
    this.needed = 0;
    while (this.hasHeader && !this.hasEnded && this.needed === 0) {
      const row = this.readRow(bytes, offset);
      if ("needed" in row) this.needed = row.needed;
      else {
        if (row.values !== undefined) rows.push(row.values);
        offset = row.end;
      }
    }
    const rest = bytes.subarray(offset);
    this.pieces = rest.length === 0 ? [] : [rest];
    this.held = rest.length;
    return rows;
  }

  /**
   * Throws unless the trailer was read and no byte followed it: an interrupted COPY must not pass for a shorter result.
   */
  end(): void {
    if (!this.hasEnded || this.held > 0) throw new InvariantError("a COPY ended before its trailer");
  }

  private readHeader(bytes: Buffer): number {
    if (bytes.length < HEADER_BYTES) return 0;
    const extension = bytes.readInt32BE(SIGNATURE.length + 4);
    if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE) || extension !== 0)
      throw new InvariantError("not the binary COPY format");
    this.hasHeader = true;
    return HEADER_BYTES;
  }

  /** The row that begins there, or how many bytes from there on are needed to read further: at least this many it has. */
  private readRow(bytes: Buffer, start: number): ReadRow {
    if (start + 2 > bytes.length) return { needed: 2 };
    const count = bytes.readInt16BE(start);
    if (count === END_OF_ROWS) {
      this.hasEnded = true;
      return { end: start + 2 };
    }
    const values = new CopiedRow(bytes);
    let offset = start + 2;
    for (let at = 0; at < count; at += 1) {
      if (offset + 4 > bytes.length) return { needed: offset + 4 - start };
      const length = bytes.readInt32BE(offset);
      offset += 4;
      if (offset + length > bytes.length) return { needed: offset + length - start };
      values.add(offset, length);
      offset += Math.max(0, length);
    }
    return { values, end: offset };
  }
}

/** The text with `$1`, `$2` and on as settings of the transaction, since COPY takes no parameters. */
function withSettings(select: string): string {
  return select.replaceAll(/\$(\d+)/g, (_match, at: string) => `current_setting('sealport.export.v${at}')`);
}

/**
 * Streams a SELECT by COPY, a batch of rows at a time. `$1` and so on refer to `values`, which travel by `set_config`
 * and are therefore text in the statement: cast them there. A value never becomes part of the text. Leaving the loop
 * early, or a failure in it, gives the connection up. Only one runs at a time on a connection.
 */
export async function* copyRows(
  tx: RawTx,
  select: string,
  values: readonly (string | number | bigint)[],
): AsyncGenerator<CopiedRow[]> {
  if (values.length > MAX_VALUES) throw new InvariantError("too many parameters for a COPY");
  for (const [at, value] of values.entries())
    await tx.query("SELECT set_config($1, $2, true)", [`sealport.export.v${at + 1}`, String(value)]);
  const stream = tx.query(copyTo(`COPY (${withSettings(select)}) TO STDOUT (FORMAT binary)`));
  // Closing an abandoned connection emits an error on the stream when no listener is left.
  stream.on("error", () => undefined);
  const decoder = new CopyDecoder();
  let isWhole = false;
  let rows: CopiedRow[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) throw new InvariantError("a COPY gave no bytes");
      rows.push(...decoder.push(chunk));
      bytes += chunk.length;
      if (bytes < BATCH_BYTES || rows.length === 0) continue;
      yield rows;
      rows = [];
      bytes = 0;
    }
    decoder.end();
    isWhole = true;
    if (rows.length > 0) yield rows;
  } finally {
    if (!isWhole) abandonConnection(tx);
  }
}
