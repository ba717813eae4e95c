import { compareBytes, utf8 } from "@/lib/crypto/bytes";
import { CENTRAL_BYTES, END_BYTES, LOCAL_BYTES, zipName } from "@/lib/crypto/zip/zip-format";
import type { PlacedFile } from "../bundle-verifier/container/container";
import { type ByteSource, readExactly } from "../bundle-verifier/container/source";
import { checkExtra, checkPlainFile } from "./foreign-zip-fields";
import { refuseCheat, refusePacking } from "./packed-anew";

const MAX_FILES = 32;
const MAX_DIRECTORY_BYTES = MAX_FILES * 512;
const MAX_COMMENT_BYTES = 0xffff;
const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** Readers of zip64 look for this one right before the end, whatever the end says itself (APPNOTE.TXT 4.3.15). */
const LOCATOR64 = 0x07064b50;
const LOCATOR64_BYTES = 20;
const ZIP64_16 = 0xffff;
const ZIP64_32 = 0xffff_ffff;
const STORED = 0;
const UTF8_NAMES = 0x0800;
const DESCRIPTOR = 0x0008;
const ENCRYPTED = 0x0001;
const CANONICAL_VERSION = 10;
const NEWEST_VERSION = 20;
const CANONICAL_DATE = 0x0021;

/** Where a zip ends, as it says itself. */
interface End {
  readonly at: number;
  readonly count: number;
  readonly directory: number;
}

/** One file of the directory, beside its own header. */
interface Listed {
  readonly file: PlacedFile;
  readonly signs: readonly string[];
}

/** The files of a zip that another program packed, and by which signs that is seen. */
export interface ForeignZip {
  readonly files: ReadonlyMap<string, PlacedFile>;
  readonly signs: readonly string[];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The last end record whose directory lies right before it, or undefined where nothing ends like a zip: then the file was
 * cut short, or is none.
 */
async function findEnd(source: ByteSource): Promise<{ at: number; view: DataView } | undefined> {
  const from = Math.max(0, source.size - END_BYTES - MAX_COMMENT_BYTES);
  const tail = await readExactly(source, from, source.size);
  const view = viewOf(tail);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== END) continue;
    const [size, directory] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
    const isZip64 = directory === ZIP64_32 || view.getUint16(at + 10, true) === ZIP64_16;
    if (isZip64 || directory + size === from + at)
      return { at: from + at, view: viewOf(tail.subarray(at, at + END_BYTES)) };
  }
  return undefined;
}

/** Refuses the locator of a zip64's own end where it lies in a record that says something else to this reader. */
async function refuseSecondEnd(source: ByteSource, end: number): Promise<void> {
  const at = end - LOCATOR64_BYTES;
  if (at >= 0 && viewOf(await readExactly(source, at, end)).getUint32(0, true) === LOCATOR64)
    refuseCheat("a second end, as of a zip64, before its end", at);
}

async function readEnd(source: ByteSource): Promise<End | undefined> {
  const found = await findEnd(source);
  if (found === undefined) return undefined;
  const { at, view } = found;
  const [count, directory, comment] = [
    view.getUint16(10, true),
    view.getUint32(16, true),
    view.getUint16(20, true),
  ];
  if (count === ZIP64_16 || directory === ZIP64_32) refusePacking("it is a zip64");
  const behind = source.size - at - END_BYTES;
  if (behind > 0 && comment === behind) refusePacking(`it has a zip comment of ${comment} bytes`);
  if (behind !== 0 || comment !== 0) refuseCheat(`${behind} bytes follow the end of the zip`, at + END_BYTES);
  if (view.getUint32(4, true) !== 0 || view.getUint16(8, true) !== count)
    refuseCheat("its end record counts parts or files in two ways", at);
  await refuseSecondEnd(source, at);
  if (count > MAX_FILES) refuseCheat("more files than allowed", at);
  if (at - directory > MAX_DIRECTORY_BYTES) refuseCheat("a directory that is too long", directory);
  return { at, count, directory };
}

function nameOf(bytes: Uint8Array, at: number): string {
  if (bytes.at(-1) === 0x2f) refusePacking("it has an entry for a folder");
  try {
    return zipName(bytes);
  } catch {
    return refuseCheat("a file name that is not allowed", at);
  }
}

/** Another reader leaves a file out that either of its records says it is too old for. */
function checkVersion(version: number, name: string): void {
  if (version > NEWEST_VERSION) refusePacking(`${name} needs version ${version} of the format`);
}

/** What header and directory say in the same words: flags, method, time, date, crc, both sizes. */
function checkFields(view: DataView, at: number, name: string): void {
  const [flags, method] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
  if ((flags & ENCRYPTED) !== 0) refusePacking(`${name} is encrypted`);
  if (method !== STORED)
    refusePacking(`${name} is compressed (${method === 8 ? "method 8, deflate" : `method ${method}`})`);
  if ((flags & DESCRIPTOR) !== 0) refusePacking(`the size of ${name} stands behind it (data descriptor)`);
  if ((flags & ~UTF8_NAMES) !== 0) refusePacking(`${name} has the flags 0x${flags.toString(16)}`);
  const [packed, size] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
  if (size === ZIP64_32 || packed === ZIP64_32) refusePacking(`${name} has sizes in zip64 form`);
  if (packed !== size) refuseCheat("a stored file has two sizes", undefined, name);
}

function signsOf(view: DataView, at: number, version: number, extra: number): string[] {
  const isTimed = view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 6, true) !== CANONICAL_DATE;
  return [
    ...(version === CANONICAL_VERSION ? [] : ["version"]),
    ...(view.getUint16(at, true) === 0 ? [] : ["flags"]),
    ...(isTimed ? ["times"] : []),
    ...(extra === 0 ? [] : ["extra fields"]),
  ];
}

/** The file's own header, which must say what the directory says of it. */
async function readLocal(
  source: ByteSource,
  at: number,
  directory: number,
  central: Uint8Array,
): Promise<Listed> {
  const nameBytes = central.subarray(CENTRAL_BYTES);
  const name = nameOf(nameBytes, at);
  const listed = viewOf(central);
  checkFields(listed, 8, name);
  if (at + LOCAL_BYTES + nameBytes.length > directory)
    refuseCheat("a file that lies outside the zip", at, name);
  const head = await readExactly(source, at, at + LOCAL_BYTES + nameBytes.length);
  const view = viewOf(head);
  if (view.getUint32(0, true) !== LOCAL) refuseCheat("no file header", at, name);
  const isSame =
    compareBytes(head.subarray(6, 28), central.subarray(8, 30)) === 0 &&
    compareBytes(head.subarray(LOCAL_BYTES), nameBytes) === 0;
  if (!isSame) refuseCheat("the header of a file and the directory do not say the same", at, name);
  const [version, extra, size] = [
    view.getUint16(4, true),
    view.getUint16(28, true),
    view.getUint32(18, true),
  ];
  checkVersion(version, name);
  const start = at + head.length + extra;
  if (start + size > directory) refuseCheat("a file is longer than the zip", at, name);
  checkExtra(await readExactly(source, at + head.length, start), name);
  const file = { name, crc: view.getUint32(14, true), size, at, start, end: start + size };
  return { file, signs: signsOf(view, 6, version, extra) };
}

/** One record of the directory: its own bytes with its name, the offset it names, and the bytes it takes. */
function readCentral(bytes: Uint8Array, at: number, directory: number) {
  if (at + CENTRAL_BYTES > bytes.length) refuseCheat("a directory that is cut short", directory + at);
  const view = viewOf(bytes.subarray(at));
  if (view.getUint32(0, true) !== CENTRAL)
    refuseCheat("no record of a file in the directory", directory + at);
  const [nameLength, extra, comment] = [
    view.getUint16(28, true),
    view.getUint16(30, true),
    view.getUint16(32, true),
  ];
  const next = at + CENTRAL_BYTES + nameLength + extra + comment;
  if (next > bytes.length) refuseCheat("a directory that is cut short", directory + at);
  const record = bytes.subarray(at, at + CENTRAL_BYTES + nameLength);
  const name = nameOf(record.subarray(CENTRAL_BYTES), directory + at);
  if (comment > 0) refusePacking(`${name} has a comment`);
  checkVersion(view.getUint16(6, true), name);
  checkExtra(bytes.subarray(at + record.length, at + record.length + extra), name);
  if (view.getUint16(34, true) !== 0) refuseCheat("a file on another disk", directory + at, name);
  checkPlainFile(view.getUint32(38, true), name);
  const hasAttributes =
    view.getUint16(4, true) !== CANONICAL_VERSION ||
    view.getUint16(36, true) !== 0 ||
    view.getUint32(38, true) !== 0;
  const signs = [...(hasAttributes ? ["attributes"] : []), ...(extra === 0 ? [] : ["extra fields"])];
  return { record, offset: view.getUint32(42, true), next, signs };
}

/** Every byte before the directory belongs to just one file: nothing is hidden between them, before them or in two. */
function checkTiling(files: readonly PlacedFile[], directory: number): void {
  let next = 0;
  for (const { name, at, end } of [...files].sort((a, b) => a.at - b.at)) {
    if (at > next) refuseCheat("bytes that belong to no file", next);
    if (at < next) refuseCheat("two files share bytes", at, name);
    next = end;
  }
  if (next !== directory) refuseCheat("bytes that belong to no file", next);
}

function isInOrder(files: readonly PlacedFile[]): boolean {
  return files.every((file, at) => {
    const before = files[at - 1];
    return (
      before === undefined || (before.at < file.at && compareBytes(utf8(before.name), utf8(file.name)) < 0)
    );
  });
}

/**
 * Opens a zip that is not the canonical one, where its files are stored and every reader of zips must see the same ones:
 * one end record and no second one of a zip64, no byte that belongs to no file or to two, each name once, header and directory alike, no link, no
 * second name or size in an extra field (APPNOTE.TXT 4.3). Undefined where the file does not end like a zip. Throws
 * PackedAnew for what honest programs write and this one does not read, FormatError for what none writes. Bytes that say
 * nothing of the files (times, owners) stay free, hence such a container never has a good verdict.
 */
export async function openForeignZip(source: ByteSource): Promise<ForeignZip | undefined> {
  const end = await readEnd(source);
  if (end === undefined) return undefined;
  const bytes = await readExactly(source, end.directory, end.at);
  const files = new Map<string, PlacedFile>();
  const signs = new Set<string>();
  let at = 0;
  for (let read = 0; read < end.count; read += 1) {
    const { record, offset, next, signs: seen } = readCentral(bytes, at, end.directory);
    const local = await readLocal(source, offset, end.directory, record);
    const { name } = local.file;
    if (files.has(name)) refuseCheat("a file name stands twice", offset, name);
    files.set(name, local.file);
    for (const sign of [...local.signs, ...seen]) signs.add(sign);
    at = next;
  }
  if (at !== bytes.length) refuseCheat("bytes in the directory that belong to no file", end.directory + at);
  checkTiling([...files.values()], end.directory);
  if (!isInOrder([...files.values()])) signs.add("order");
  return { files, signs: [...signs] };
}
