import { compareBytes, concatAll, fromUtf8, utf8 } from "../bytes";
import { FormatError } from "../format-error";

/** One file of a canonical zip. */
export interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Bytes of the three fixed-size records (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16). */
export const LOCAL_BYTES = 30;
export const CENTRAL_BYTES = 46;
export const END_BYTES = 22;

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const MAX_NAME_CHARACTERS = 255;
const MAX_FILES = 65_535;
const MAX_BYTES = 0xffff_ffff;
const VERSION_NEEDED = 10;
const DOS_DATE_1980_01_01 = 0x0021;
const CRC_POLYNOMIAL = 0xedb88320;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ CRC_POLYNOMIAL : value >>> 1;
  return value >>> 0;
});

/**
 * Returns CRC-32 as zip uses it (APPNOTE.TXT 4.4.7), continued from that of the previous bytes. It protects nothing; the
 * comparison of all bytes does.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = (before ^ 0xffffffff) >>> 0;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 255] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Refuses names outside plain ASCII, hidden or empty segments, `.` and `..`, absolute paths. */
export function checkZipName(name: string): void {
  if (name.length > MAX_NAME_CHARACTERS || !NAME.test(name)) {
    throw new FormatError("format.bundle", "a file name that is not allowed");
  }
}

function uint16(value: number): number[] {
  return [value & 255, (value >>> 8) & 255];
}

function uint32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
}

/** What the records of a file contain. */
export interface MeasuredFile {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
}

/** Fields shared by local header and central entry, from "version needed" to "extra length". */
function commonFields({ name, size, crc }: MeasuredFile): number[] {
  return [
    ...uint16(VERSION_NEEDED),
    ...uint16(0), // flags
    ...uint16(0), // stored
    ...uint16(0), // time
    ...uint16(DOS_DATE_1980_01_01),
    ...uint32(crc),
    ...uint32(size),
    ...uint32(size),
    ...uint16(utf8(name).length),
    ...uint16(0), // no extra field
  ];
}

/**
 * Returns the files in the order of a canonical zip, bytewise by name. Refuses bad names, repeated names and too many
 * files.
 */
export function inZipOrder<T extends { readonly name: string }>(files: readonly T[]): T[] {
  for (const file of files) checkZipName(file.name);
  if (files.length > MAX_FILES) throw new FormatError("format.bundle", "too many files");
  if (new Set(files.map((file) => file.name)).size !== files.length) {
    throw new FormatError("format.bundle", "a file name occurs twice");
  }
  return [...files].sort((a, b) => compareBytes(utf8(a.name), utf8(b.name)));
}

/** Returns the bytes before a file's content (APPNOTE.TXT 4.3.7), with its name. */
export function zipLocalHeader(file: MeasuredFile): Uint8Array {
  return concatAll([Uint8Array.of(0x50, 0x4b, 3, 4, ...commonFields(file)), utf8(file.name)]);
}

/** Returns the end of a zip with these files in this order: central directory and end record. */
export function zipDirectory(files: readonly MeasuredFile[]): Uint8Array {
  const centrals: Uint8Array[] = [];
  let offset = 0;
  for (const file of files) {
    const name = utf8(file.name);
    const tail = [...uint16(0), ...uint16(0), ...uint16(0), ...uint32(0), ...uint32(offset)];
    const fields = [...uint16(VERSION_NEEDED), ...commonFields(file), ...tail];
    centrals.push(Uint8Array.of(0x50, 0x4b, 1, 2, ...fields), name);
    offset += LOCAL_BYTES + name.length + file.size;
  }
  const central = concatAll(centrals);
  const count = uint16(files.length);
  const sizes = [...uint32(central.length), ...uint32(offset)];
  if (offset + central.length + END_BYTES > MAX_BYTES) throw new FormatError("format.bundle", "too large");
  return concatAll([
    central,
    Uint8Array.of(0x50, 0x4b, 5, 6, 0, 0, 0, 0, ...count, ...count, ...sizes, 0, 0),
  ]);
}

/**
 * Returns the one zip of a set of files: stored, sorted bytewise by name, all times 1980-01-01, no comments, extra fields
 * or attributes (APPNOTE.TXT 4.3.6). Limits: four gigabytes and 65,535 files.
 */
export function buildZip(files: readonly ZipFile[]): Uint8Array {
  const measured = inZipOrder(files).map((file) => ({
    ...file,
    size: file.bytes.length,
    crc: crc32(file.bytes),
  }));
  const directory = zipDirectory(measured);
  return concatAll([...measured.flatMap((file) => [zipLocalHeader(file), file.bytes]), directory]);
}

/** Returns name bytes as checked text. */
export function zipName(bytes: Uint8Array): string {
  const name = fromUtf8(bytes);
  checkZipName(name);
  return name;
}
