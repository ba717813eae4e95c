import { FormatError } from "../format-error";
import {
  buildZip,
  CENTRAL_BYTES,
  crc32,
  END_BYTES,
  inZipOrder,
  LOCAL_BYTES,
  type MeasuredFile,
  type ZipFile,
  zipDirectory,
  zipLocalHeader,
  zipName,
} from "./zip-format";

export type { ZipFile } from "./zip-format";

/** A file too long to keep in memory. Its size and CRC-32 are known, and its bytes are read later. */
export interface StreamedZipFile extends MeasuredFile {
  bytes(): AsyncIterable<Uint8Array>;
}

/** A reader's limits, checked before it keeps a foreign bundle in memory. */
export interface ZipLimits {
  readonly maxBytes?: number;
  readonly maxFiles?: number;
}

interface PlacedFile extends ZipFile {
  readonly start: number;
  readonly end: number;
}

function refuse(message: string, offset: number, file?: string): never {
  const where = file === undefined ? `at byte ${offset}` : `at byte ${offset}, in ${file}`;
  const place = file === undefined ? { offset } : { offset, file };
  throw new FormatError("format.bundle", `${message} ${where}`, place);
}

/** Returns the one canonical zip of these files, in bytewise order of names whatever the input order. */
export function writeCanonicalZip(files: readonly ZipFile[]): Uint8Array {
  return buildZip(files);
}

/**
 * Returns the same zip as `writeCanonicalZip`, piece by piece. Throws FormatError before the first piece when the zip
 * would be too large, and later when a file's bytes differ from the measured ones.
 */
export async function* streamCanonicalZip(files: readonly StreamedZipFile[]): AsyncGenerator<Uint8Array> {
  const ordered = inZipOrder(files);
  const directory = zipDirectory(ordered);
  for (const file of ordered) {
    yield zipLocalHeader(file);
    let size = 0;
    let crc = 0;
    for await (const bytes of file.bytes()) {
      size += bytes.length;
      crc = crc32(bytes, crc);
      yield bytes;
    }
    if (size !== file.size || crc !== file.crc)
      throw new FormatError("format.bundle", `${file.name} changed while the bundle was written`);
  }
  yield directory;
}

function readLocal(view: DataView, offset: number, directory: number): PlacedFile {
  if (offset + LOCAL_BYTES > directory) refuse("the bundle is cut short", offset);
  if (view.getUint32(offset, true) !== 0x04034b50) refuse("no file header", offset);
  const size = view.getUint32(offset + 18, true);
  const nameLength = view.getUint16(offset + 26, true);
  const start = offset + LOCAL_BYTES + nameLength;
  const end = start + size;
  if (end > directory) refuse("a file is longer than the bundle", offset);
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  try {
    const name = zipName(bytes.subarray(offset + LOCAL_BYTES, start));
    return { name, bytes: bytes.subarray(start, end), start: offset, end };
  } catch {
    return refuse("a file name that is not allowed", offset + LOCAL_BYTES);
  }
}

function readFiles(view: DataView, limits: ZipLimits): PlacedFile[] {
  const endAt = view.byteLength - END_BYTES;
  if (endAt < 0 || view.getUint32(endAt, true) !== 0x06054b50) refuse("no end record", Math.max(0, endAt));
  const count = view.getUint16(endAt + 10, true);
  const directory = view.getUint32(endAt + 16, true);
  if (count > (limits.maxFiles ?? 65_535)) refuse("more files than allowed", endAt + 10);
  if (directory + count * CENTRAL_BYTES > endAt) refuse("the directory is outside the bundle", endAt + 16);
  const files: PlacedFile[] = [];
  let offset = 0;
  while (files.length < count) {
    const file = readLocal(view, offset, directory);
    files.push(file);
    offset = file.end;
  }
  if (offset !== directory) refuse("bytes that belong to no file", offset);
  return files;
}

function checkNames(files: readonly PlacedFile[]): void {
  const seen = new Set<string>();
  for (const { name, start } of files) {
    if (seen.has(name)) refuse("a file name occurs twice", start, name);
    seen.add(name);
  }
}

/**
 * Reads a canonical zip: parses it, rebuilds it from names and contents, and requires equal bytes. So a change of any
 * byte is detected, and every reader sees the same content. Throws FormatError with the first different offset and its
 * file.
 */
export function readCanonicalZip(bytes: Uint8Array, limits: ZipLimits = {}): ZipFile[] {
  if (bytes.length > (limits.maxBytes ?? 0xffff_ffff)) refuse("the bundle is larger than allowed", 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const files = readFiles(view, limits);
  checkNames(files);
  const rebuilt = buildZip(files);
  const shared = Math.min(rebuilt.length, bytes.length);
  for (let offset = 0; offset < shared; offset++) {
    if (rebuilt[offset] === bytes[offset]) continue;
    const file = files.find((candidate) => offset >= candidate.start && offset < candidate.end);
    refuse("not the canonical zip of its files", offset, file?.name);
  }
  if (rebuilt.length !== bytes.length) refuse("not the canonical zip of its files", shared);
  return files.map(({ name, bytes: content }) => ({ name, bytes: content }));
}
