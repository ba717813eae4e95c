const MAX_DEPTH = 64;

class Damaged extends Error {}

interface Head {
  /** Start and length of the content. An open form has no length. */
  readonly at: number;
  readonly length: number | undefined;
}

/** Tag and length (X.690, 8.1): tags of one byte, lengths of at most four. */
function headAt(bytes: Uint8Array, at: number): Head {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new Damaged();
  if (first < 0x80) return { at: at + 2, length: first };
  if (first === 0x80) {
    if ((tag & 0x20) === 0) throw new Damaged();
    return { at: at + 2, length: undefined };
  }
  const count = first & 0x7f;
  if (count > 4 || at + 2 + count > bytes.length) throw new Damaged();
  const length = bytes.subarray(at + 2, at + 2 + count).reduce((sum, byte) => sum * 256 + byte, 0);
  return { at: at + 2 + count, length };
}

function endAt(bytes: Uint8Array, at: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new Damaged();
  const head = headAt(bytes, at);
  if (head.length !== undefined) return head.at + head.length;
  let next = head.at;
  while (bytes[next] !== 0 || bytes[next + 1] !== 0) next = endAt(bytes, next, depth + 1);
  return next + 2;
}

/** Returns the end of the element that the bytes begin with, in DER or in BER's open form. Undefined when it is cut off. */
export function elementEnd(bytes: Uint8Array): number | undefined {
  try {
    const end = endAt(bytes, 0, 0);
    return end > bytes.length ? undefined : end;
  } catch (error) {
    if (error instanceof Damaged) return undefined;
    throw error;
  }
}
