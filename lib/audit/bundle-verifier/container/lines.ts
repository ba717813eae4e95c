import { concat, fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import type { Chunk } from "./file-pass";

/** Maximum length of a line. An exported entry has at most 65,535 bytes, and its sealed parts have a few times that. */
export const MAX_LINE_BYTES = 4 << 20;
const NEWLINE = 0x0a;

/** Whole lines of a file, each with its newline. */
export interface LineBatch {
  readonly bytes: Uint8Array;
  /** The bytes as text. Undefined for a single line that is not UTF-8. In ASCII text a position is the same in both. */
  readonly text: string | undefined;
  readonly isAscii: boolean;
  /** Position of the batch in the file. */
  readonly offset: number;
}

function decode(bytes: Uint8Array, offset: number): LineBatch {
  try {
    const text = fromUtf8(bytes);
    return { bytes, text, isAscii: text.length === bytes.length, offset };
  } catch {
    return { bytes, text: undefined, isAscii: false, offset };
  }
}

/** Returns one batch, or a batch for each line if a line is not UTF-8, so that the others can still be read. */
function* decodeLines(bytes: Uint8Array, offset: number): Generator<LineBatch> {
  const whole = decode(bytes, offset);
  if (whole.text !== undefined) {
    yield whole;
    return;
  }
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, at) + 1;
    yield decode(bytes.subarray(at, end), offset + at);
    at = end;
  }
}

/**
 * Returns a file's chunks as batches of whole lines. It keeps no more than a chunk and one line in memory. Throws
 * FormatError for a line over 4 MiB and for a last line without its end.
 */
export async function* lineBatches(file: string, chunks: AsyncIterable<Chunk>): AsyncGenerator<LineBatch> {
  let held: Uint8Array = new Uint8Array(0);
  let offset = 0;
  for await (const { bytes } of chunks) {
    const all = held.length === 0 ? bytes : concat(held, bytes);
    const end = all.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield* decodeLines(all.subarray(0, end), offset);
    offset += end;
    held = all.slice(end);
    if (held.length > MAX_LINE_BYTES) {
      throw new FormatError("format.bundle", `${file}: a line is longer than ${MAX_LINE_BYTES} bytes`, {
        file,
        offset,
      });
    }
  }
  if (held.length > 0)
    throw new FormatError("format.bundle", `${file}: the last line has no end`, { file, offset });
}
