/** Byte searches that run in the browser as well; no `node:` here. */

/** Whether `wanted` stands at `offset`. */
export function hasAt(bytes: Uint8Array, offset: number, wanted: readonly number[]): boolean {
  return offset >= 0 && wanted.every((byte, index) => bytes[offset + index] === byte);
}

export const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));

/** One character a byte (ISO 8859-1); for short pieces. */
export const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Whether `wanted` stands anywhere in the bytes. */
export function has(bytes: Uint8Array, wanted: readonly number[]): boolean {
  const [first] = wanted;
  if (first === undefined) return true;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1))
    if (hasAt(bytes, at, wanted)) return true;
  return false;
}

/** A view for numbers wider than a byte. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
