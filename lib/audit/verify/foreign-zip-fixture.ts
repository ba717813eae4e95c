import { concatAll, utf8 } from "@/lib/crypto/bytes";
import type { ZipFile } from "@/lib/crypto/zip/canonical-zip";
import { crc32 } from "@/lib/crypto/zip/zip-format";

// Packs files as programs of others do, field by field, for tests.

/** How one file is packed; whatever is not said is as in the canonical zip. */
export interface Packing {
  readonly version?: number;
  readonly madeBy?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly time?: number;
  readonly date?: number;
  readonly localExtra?: Uint8Array;
  readonly centralExtra?: Uint8Array;
  readonly attributes?: number;
  readonly comment?: string;
  /** Bytes put behind the content, which belong to no file. */
  readonly behind?: Uint8Array;
}

const u16 = (value: number) => Uint8Array.of(value & 255, (value >>> 8) & 255);
const u32 = (value: number) => concatAll([u16(value & 0xffff), u16(value >>> 16)]);
const NOTHING = new Uint8Array(0);

/** An extra field (APPNOTE.TXT 4.5.1). */
export function extraField(id: number, bytes: Uint8Array): Uint8Array {
  return concatAll([u16(id), u16(bytes.length), bytes]);
}

function commonOf({ bytes, name }: ZipFile, packing: Packing, extra: Uint8Array): Uint8Array {
  const { version = 10, flags = 0, method = 0, time = 0, date = 0x21 } = packing;
  return concatAll([
    ...[version, flags, method, time, date].map(u16),
    ...[crc32(bytes), bytes.length, bytes.length].map(u32),
    u16(utf8(name).length),
    u16(extra.length),
  ]);
}

function localOf(file: ZipFile, packing: Packing): Uint8Array {
  const { localExtra = NOTHING, behind = NOTHING } = packing;
  const head = [u32(0x04034b50), commonOf(file, packing, localExtra), utf8(file.name), localExtra];
  return concatAll([...head, file.bytes, behind]);
}

function centralOf(file: ZipFile, packing: Packing, offset: number): Uint8Array {
  const { centralExtra = NOTHING, comment = "", madeBy = 10, attributes = 0 } = packing;
  const head = [u32(0x02014b50), u16(madeBy), commonOf(file, packing, centralExtra)];
  const numbers = [u16(utf8(comment).length), u32(0), u32(attributes), u32(offset)];
  return concatAll([...head, ...numbers, utf8(file.name), centralExtra, utf8(comment)]);
}

/** A zip of these files in the order they come, each packed as `how` says of it. */
export function packZip(files: readonly ZipFile[], how: (name: string) => Packing, comment = ""): Uint8Array {
  const pieces: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const file of files) {
    const local = localOf(file, how(file.name));
    pieces.push(local);
    central.push(centralOf(file, how(file.name), offset));
    offset += local.length;
  }
  const directory = concatAll(central);
  const count = u16(files.length);
  const numbers = [u32(0), count, count, u32(directory.length), u32(offset), u16(utf8(comment).length)];
  return concatAll([...pieces, directory, u32(0x06054b50), ...numbers, utf8(comment)]);
}

const UNIX_FILE = 0o100644 * 0x10000;
const unixTimes = extraField(0x5455, Uint8Array.of(3, 1, 2, 3, 4, 5, 6, 7, 8));
const unixOwner = extraField(0x7875, Uint8Array.of(1, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0));

/** As Info-ZIP's `zip -0` packs on Debian. */
export const INFO_ZIP: Packing = {
  madeBy: 0x031e,
  time: 0x6a2b,
  date: 0x5b7b,
  localExtra: concatAll([unixTimes, unixOwner]),
  centralExtra: concatAll([extraField(0x5455, Uint8Array.of(3, 1, 2, 3, 4)), unixOwner]),
  attributes: UNIX_FILE,
};

/** As Python's zipfile packs with ZIP_STORED. */
export const PYTHON: Packing = {
  madeBy: 0x0314,
  version: 20,
  time: 0x6a2b,
  date: 0x5b7b,
  attributes: UNIX_FILE,
};

/** As 7-Zip packs with -mx0. */
export const SEVEN_ZIP: Packing = {
  madeBy: 0x033f,
  time: 0x6a2b,
  date: 0x5b7b,
  centralExtra: extraField(0x000a, new Uint8Array(32).fill(1)),
  attributes: UNIX_FILE + 0x8020,
};
