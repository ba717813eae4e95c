/** Byte searches that also run in the browser, so without `node:` imports. */

/** Returns whether `wanted` is at `offset`. */
export function hasAt(bytes: Uint8Array, offset: number, wanted: readonly number[]): boolean {
  return offset >= 0 && wanted.every((byte, index) => bytes[offset + index] === byte);
}

export const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));

/** Returns bytes as text, one character a byte (ISO 8859-1). For short pieces. */
export const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Returns whether the bytes contain `wanted`. */
export function has(bytes: Uint8Array, wanted: readonly number[]): boolean {
  const [first] = wanted;
  if (first === undefined) return true;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1))
    if (hasAt(bytes, at, wanted)) return true;
  return false;
}

/** Returns a view for numbers wider than a byte. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
