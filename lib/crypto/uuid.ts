import { toHex } from "./bytes";
import { FormatError } from "./format-error";
import { randomBytes } from "./primitives";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a UUID in lower-case hyphenated form (RFC 9562 section 4), of any version. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A version 7 UUID (RFC 9562 section 5.7): the given Unix milliseconds, then 74 random bits. */
export function uuidv7(nowMs: number): string {
  return uuidv7With(nowMs, randomBytes(10));
}

/**
 * Returns the version 7 UUID of these Unix milliseconds and of 74 of these 80 bits, for callers that must find the same
 * UUID again. The bits must be as hard to guess as random ones.
 */
export function uuidv7With(nowMs: number, bits: Uint8Array): string {
  if (!Number.isSafeInteger(nowMs) || nowMs < 0 || nowMs >= 2 ** 48) {
    throw new FormatError("format.instant", "milliseconds outside 48 bits");
  }
  if (bits.length !== 10) throw new FormatError("format.length", "ten bytes expected");
  const random = Uint8Array.from(bits);
  random[0] = 0x70 | ((random[0] ?? 0) & 0x0f);
  random[2] = 0x80 | ((random[2] ?? 0) & 0x3f);
  const hex = nowMs.toString(16).padStart(12, "0") + toHex(random);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Returns a text that sorts before every version 7 UUID made in or after this millisecond, and after every earlier one. */
export function uuidsFrom(nowMs: number): string {
  const hex = Math.max(0, Math.floor(nowMs)).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Returns the Unix milliseconds of a version 7 UUID (RFC 9562 section 5.7). Undefined for other texts. */
export function uuidMillis(text: string): number | undefined {
  return isUuid(text) && text[14] === "7"
    ? Number.parseInt(text.slice(0, 8) + text.slice(9, 13), 16)
    : undefined;
}
