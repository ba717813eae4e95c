import "server-only";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ZipFile } from "yazl";
import { InvariantError } from "@/lib/errors";
import type { Sink } from "../sink";
import { packageFiles, rowXml, SHEET_FOOT, SHEET_HEAD, SHEET_ROWS, sheetPath } from "./xlsx-xml";

/** Batches of rows; each row is its texts. */
export type Rows = AsyncIterable<readonly (readonly string[])[]>;

/** A table of a workbook. A table longer than a sheet continues in further sheets with its name and a number. */
export interface TableOf {
  readonly name: string;
  readonly head: readonly string[];
  rows(): Rows;
}

/** Returns rows one at a time, and whether there are more. */
class RowSource {
  private batch: readonly (readonly string[])[] = [];
  private at = 0;
  private readonly iterator: AsyncIterator<readonly (readonly string[])[]>;

  constructor(rows: Rows) {
    this.iterator = rows[Symbol.asyncIterator]();
  }

  async hasMore(): Promise<boolean> {
    while (this.at >= this.batch.length) {
      const { done, value } = await this.iterator.next();
      if (done === true) return false;
      this.batch = value;
      this.at = 0;
    }
    return true;
  }

  /** Returns up to `most` rows that are available without waiting. */
  take(most: number): readonly (readonly string[])[] {
    const rows = this.batch.slice(this.at, this.at + most);
    this.at += rows.length;
    return rows;
  }

  async close(): Promise<void> {
    await this.iterator.return?.();
  }
}

async function* sheetXml(head: readonly string[], source: RowSource, sheetRows: number) {
  yield Buffer.from(SHEET_HEAD + rowXml(head, 1));
  let number = 2;
  while (number <= sheetRows && (await source.hasMore())) {
    const rows = source.take(sheetRows - number + 1);
    yield Buffer.from(rows.map((row, at) => rowXml(row, number + at)).join(""));
    number += rows.length;
  }
  yield Buffer.from(SHEET_FOOT);
}

/** Adds a table's sheets to the zip, each after the one before was read. Returns their names. */
async function addTable(
  zip: ZipFile,
  table: TableOf,
  options: {
    readonly before: number;
    readonly sheetRows: number;
    readonly mtime: Date;
    onSheet(sheet: Readable): void;
  },
): Promise<string[]> {
  const names: string[] = [];
  const source = new RowSource(table.rows());
  try {
    do {
      const sheet = Readable.from(sheetXml(table.head, source, options.sheetRows), { objectMode: false });
      options.onSheet(sheet);
      names.push(names.length === 0 ? table.name : `${table.name} ${names.length + 1}`);
      zip.addReadStream(sheet, sheetPath(options.before + names.length), { mtime: options.mtime });
      await finished(sheet);
    } while (await source.hasMore());
  } finally {
    await source.close();
  }
  return names;
}

function readableOf({ outputStream }: ZipFile): Readable {
  if (!(outputStream instanceof Readable))
    throw new InvariantError("the zip's output is not a stream of ours");
  return outputStream;
}

/** What a workbook is made of. `sheetRows` is smaller than a spreadsheet's own limit in tests only. */
export interface Workbook {
  readonly tables: readonly TableOf[];
  readonly mtime: Date;
  readonly sheetRows?: number;
}

/**
 * Writes a workbook of text (ECMA-376) as it is made. Only the present batch is in memory. If the sink fails, the
 * tables are closed at once. If a table fails, the zip ends without its directory, so that no reader takes it for
 * complete.
 */
export async function writeWorkbook(
  { tables, mtime, sheetRows = SHEET_ROWS }: Workbook,
  sink: Sink,
): Promise<void> {
  const zip = new ZipFile();
  const output = readableOf(zip);
  let current: Readable | undefined;
  let isLeft = false;
  const leave = (error: unknown): void => {
    isLeft = true;
    const failure = error instanceof Error ? error : new Error("the reader has gone");
    current?.destroy(failure);
    output.destroy(failure);
  };
  const onSheet = (sheet: Readable): void => {
    current = sheet;
    if (isLeft) sheet.destroy(new Error("the reader has gone"));
  };
  zip.on("error", leave);
  const fill = async (): Promise<void> => {
    const names: string[] = [];
    for (const table of tables)
      names.push(...(await addTable(zip, table, { before: names.length, sheetRows, mtime, onSheet })));
    for (const { path, xml } of packageFiles(names)) zip.addBuffer(Buffer.from(xml), path, { mtime });
    zip.end();
  };
  const drain = async (): Promise<void> => {
    for await (const bytes of output) if (Buffer.isBuffer(bytes)) await sink.write(bytes);
  };
  const failing = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      leave(error);
      throw error;
    });
  const [filled, drained] = await Promise.allSettled([failing(fill()), failing(drain())]);
  if (filled.status === "rejected") throw filled.reason;
  if (drained.status === "rejected") throw drained.reason;
}
