import { viewOf } from "./search";

const MARK = 0xff;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;

/** Markers without a length: restarts and TEM (ITU-T T.81, table B.1). */
const isAlone = (mark: number): boolean => mark === 0x01 || (mark >= 0xd0 && mark <= 0xd7);

/** Returns the next marker after entropy-coded bytes. FF 00 and restart markers are part of those bytes. */
function afterScan(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(MARK, from); at >= 0; at = bytes.indexOf(MARK, at + 1)) {
    const mark = bytes[at + 1];
    if (mark === undefined) return undefined;
    if (mark !== 0 && mark !== MARK && !isAlone(mark)) return at;
  }
  return undefined;
}

/**
 * Returns the position of the next marker after the segment whose marker is at `at`. Undefined when the segment is cut
 * off or invalid.
 */
function afterSegment(bytes: Uint8Array, at: number): number | undefined {
  const mark = bytes[at + 1] ?? 0;
  if (mark === MARK) return at + 1;
  if (isAlone(mark)) return at + 2;
  if (mark === 0 || mark === SOI || at + 4 > bytes.length) return undefined;
  const end = at + 2 + viewOf(bytes).getUint16(at + 2);
  return mark === SOS ? afterScan(bytes, end) : end;
}

/** Returns the end, after its EOI, of the picture that begins at `start`. Undefined when it is cut off. */
function pictureEnd(bytes: Uint8Array, start: number): number | undefined {
  let at: number | undefined = start + 2;
  while (at !== undefined && at + 2 <= bytes.length) {
    if (bytes[at] !== MARK) return undefined;
    if (bytes[at + 1] === EOI) return at + 2;
    at = afterSegment(bytes, at);
  }
  return undefined;
}

const isPicture = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === MARK && bytes[at + 1] === SOI && bytes[at + 2] === MARK;

/**
 * Returns the end of a JPEG. Cameras append complete pictures (CIPA DC-007) and zeros; both belong to it. Undefined when
 * it is cut off.
 */
export function jpegEnd(bytes: Uint8Array): number | undefined {
  let end = pictureEnd(bytes, 0);
  while (end !== undefined && isPicture(bytes, end)) end = pictureEnd(bytes, end);
  while (end !== undefined && bytes[end] === 0) end += 1;
  return end;
}
