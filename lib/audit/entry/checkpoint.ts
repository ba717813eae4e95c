import { fromBase64, toBase64 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";

/** The body of a C2SP tlog-checkpoint without extension lines. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;

/** Returns the text that is signed: origin, size and root, each with its newline. */
export function checkpointText(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`;
}

/** Strict inverse of `checkpointText`. It refuses extension lines, because our log writes none. */
export function parseCheckpointText(text: string): Checkpoint {
  const [origin, size, root, end, ...rest] = text.split("\n");
  const isWhole = origin !== undefined && origin !== "" && end === "" && rest.length === 0;
  if (!isWhole || size === undefined || root === undefined || !SIZE.test(size)) {
    throw new FormatError("format.note", "not a checkpoint");
  }
  const hash = fromBase64(root);
  const count = Number(size);
  if (hash.length !== 32 || !Number.isSafeInteger(count))
    throw new FormatError("format.note", "not a checkpoint");
  return { origin, size: count, root: hash };
}
