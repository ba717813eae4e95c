import { compareBytes, concatAll, utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { END_BYTES, LOCAL_BYTES, zipName } from "@/lib/crypto/zip/zip-format";
import { type ZipEntry, zipCentralEntry, zipEndRecord, zipLocalHeader } from "@/lib/crypto/zip/zip-headers";
import { type ByteSource, readExactly } from "./source";

/** Maximum number of files. A bundle has about ten, so a container with more is refused unread. */
const MAX_FILES = 32;
const MAX_BYTES = 0xffff_ffff;
const END = 0x06054b50;
const LONGEST_NAME = 255;
/** First bytes of a zip: the signature of a file's header. */
const LOCAL_START = Uint8Array.of(0x50, 0x4b, 0x03, 0x04);

/** One file of the container: the values in its header, and the position of its content. Its crc is not checked yet. */
export interface PlacedFile extends ZipEntry {
  /** First byte of the header. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

function refuse(message: string, offset: number, file?: string): never {
  const where = file === undefined ? `at byte ${offset}` : `at byte ${offset}, in ${file}`;
  const place = file === undefined ? { offset } : { offset, file };
  throw new FormatError("format.bundle", `${message} ${where}`, place);
}

/**
 * Refuses a zip that is not the canonical one of its files. Either another program packed the files again, or someone
 * changed it.
 */
function refusePacking(offset: number, file?: string): never {
  refuse(
    "This zip was packed again. Verify the exported file; its SHA-256 is in the list of exports. The first difference is",
    offset,
    file,
  );
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) if (a[at] !== b[at]) return at;
  return shared;
}

async function readLocal(source: ByteSource, at: number, directory: number): Promise<PlacedFile> {
  if (at + LOCAL_BYTES > directory) refuse("the bundle is cut short", at);
  const head = await readExactly(source, at, Math.min(directory, at + LOCAL_BYTES + LONGEST_NAME));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint32(0, true) !== 0x04034b50) refuse("no file header", at);
  const size = view.getUint32(18, true);
  const start = at + LOCAL_BYTES + view.getUint16(26, true);
  if (start + size > directory) refuse("a file is longer than the bundle", at);
  const entry = {
    name: nameOf(head.subarray(LOCAL_BYTES, start - at), at),
    crc: view.getUint32(14, true),
    size,
  };
  // Compressed content, flags, times or comments make the bytes differ here.
  const wrong = firstDifference(zipLocalHeader(entry), head);
  if (wrong < start - at) refusePacking(at + wrong, entry.name);
  return { ...entry, at, start, end: start + size };
}

function nameOf(bytes: Uint8Array, at: number): string {
  try {
    return zipName(bytes);
  } catch {
    return refuse("a file name that is not allowed", at + LOCAL_BYTES);
  }
}

const MOST_COMMENT = 0xffff;

/** Returns whether a zip ends before its last bytes, so that a comment follows its end record. */
async function hasEnd(source: ByteSource): Promise<boolean> {
  const tail = await readExactly(source, Math.max(0, source.size - END_BYTES - MOST_COMMENT), source.size);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - END_BYTES - 1; at >= 0; at -= 1)
    if (view.getUint32(at, true) === END && view.getUint16(at + 20, true) === tail.length - END_BYTES - at)
      return true;
  return false;
}

/** A file that begins like a bundle but does not end like one was cut short. Any other file is of another kind. */
async function refuseEnd(source: ByteSource, endAt: number): Promise<never> {
  const head = await readExactly(source, 0, Math.min(source.size, LOCAL_START.length));
  const isBegun = firstDifference(head, LOCAL_START) === head.length;
  if (!isBegun) return refuse("this is not a bundle: a zip header is missing", 0);
  if (await hasEnd(source)) return refusePacking(endAt);
  return refuse(`the bundle is cut short: it has ${source.size} bytes, but no end record`, endAt);
}

async function readEnd(source: ByteSource): Promise<{ count: number; directory: number }> {
  const endAt = source.size - END_BYTES;
  if (source.size > MAX_BYTES) refuse("the bundle is larger than allowed", 0);
  if (source.size === 0) refuse("the file is empty", 0);
  if (endAt < 0) return refuseEnd(source, 0);
  const end = await readExactly(source, endAt, source.size);
  const view = new DataView(end.buffer, end.byteOffset, end.byteLength);
  if (view.getUint32(0, true) !== END) return refuseEnd(source, endAt);
  const count = view.getUint16(10, true);
  const directory = view.getUint32(16, true);
  if (count > MAX_FILES) refuse("more files than allowed", endAt + 10);
  if (directory > endAt) refuse("the directory is outside the bundle", endAt + 16);
  if (endAt - directory > MAX_FILES * 512) refuse("a directory that is too long", directory);
  return { count, directory };
}

/**
 * Opens a canonical zip (docs/formats/bundle.md) without keeping any content in memory. Every header, the directory and
 * the end record must be byte for byte those of the one canonical zip of these files. Files are stored, so no content is
 * longer than the bundle. The caller checks the crc of each content. Throws FormatError that names the byte and the file.
 */
export async function openContainer(source: ByteSource): Promise<ReadonlyMap<string, PlacedFile>> {
  const { count, directory } = await readEnd(source);
  const files = new Map<string, PlacedFile>();
  let before: Uint8Array | undefined;
  let offset = 0;
  for (let at = 0; at < count; at += 1) {
    const file = await readLocal(source, offset, directory);
    const name = utf8(file.name);
    if (files.has(file.name)) refuse("a file name occurs twice", offset, file.name);
    if (before !== undefined && compareBytes(before, name) > 0) refusePacking(offset, file.name);
    files.set(file.name, file);
    before = name;
    offset = file.end;
  }
  if (offset !== directory) refuse("bytes that belong to no file", offset);
  const central = concatAll([...files.values()].map((file) => zipCentralEntry(file, file.at)));
  const tail = concatAll([central, zipEndRecord(count, central.length, directory)]);
  const found = await readExactly(source, directory, source.size);
  const wrong = firstDifference(tail, found);
  if (wrong < Math.max(tail.length, found.length)) refusePacking(directory + wrong);
  return files;
}
