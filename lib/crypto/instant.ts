import { FormatError } from "./format-error";

const MICROS = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\.(\d{6})Z$/;
const SECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const MICROS_PER_SECOND = 1_000_000n;
const END_OF_YEAR_9999 = 253_402_300_800;

function secondsText(epochSeconds: number): string {
  if (epochSeconds < 0 || epochSeconds >= END_OF_YEAR_9999) {
    throw new FormatError("format.instant", "a time outside the years 1970 to 9999");
  }
  return new Date(epochSeconds * 1000).toISOString().slice(0, 19);
}

/** `YYYY-MM-DDTHH:MM:SS.ffffffZ` (RFC 3339, always six digits and Z) of microseconds since 1970. */
export function formatMicros(epochMicros: bigint): string {
  if (epochMicros < 0n) throw new FormatError("format.instant", "a time outside the years 1970 to 9999");
  const fraction = (epochMicros % MICROS_PER_SECOND).toString().padStart(6, "0");
  return `${secondsText(Number(epochMicros / MICROS_PER_SECOND))}.${fraction}Z`;
}

/** Strict inverse of `formatMicros`. Days that do not exist are refused. */
export function parseMicros(text: string): bigint {
  const match = MICROS.exec(text);
  if (match === null) throw new FormatError("format.instant", "not a time with microseconds");
  return BigInt(parseSeconds(`${match[1] ?? ""}Z`)) * 1000n + BigInt(match[2] ?? "0");
}

/** `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339) of milliseconds since 1970, the fraction dropped. */
export function formatSeconds(epochMs: number): string {
  return `${secondsText(Math.floor(epochMs / 1000))}Z`;
}

/** Returns the milliseconds since 1970 of a text in the form of `formatSeconds`. Days that do not exist are refused. */
export function parseSeconds(text: string): number {
  const epochMs = SECONDS.test(text) ? Date.parse(text) : Number.NaN;
  // Date.parse accepts 30 February and 24:00, but writes them differently.
  if (!Number.isFinite(epochMs) || epochMs < 0 || formatSeconds(epochMs) !== text) {
    throw new FormatError("format.instant", "not a time with seconds");
  }
  return epochMs;
}
