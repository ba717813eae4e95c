import { utf8 } from "../bytes";
import { CENTRAL_BYTES, END_BYTES, LOCAL_BYTES } from "./zip-format";

// Builds the records of a canonical zip from their values, without the contents, for readers and writers that stream.

const DOS_DATE_1980_01_01 = 0x0021;
const VERSION_NEEDED = 10;

/** Values in the headers of one stored file. */
export interface ZipEntry {
  readonly name: string;
  readonly crc: number;
  readonly size: number;
}

/** The fields that local header and central entry share, from "version needed" to "extra length". */
function writeCommon(view: DataView, at: number, entry: ZipEntry, nameLength: number): void {
  view.setUint16(at, VERSION_NEEDED, true);
  view.setUint16(at + 8, DOS_DATE_1980_01_01, true);
  view.setUint32(at + 10, entry.crc, true);
  view.setUint32(at + 14, entry.size, true);
  view.setUint32(at + 18, entry.size, true);
  view.setUint16(at + 22, nameLength, true);
}

/** Local file header with its name (APPNOTE.TXT 4.3.7): stored, no flags, no extra field. */
export function zipLocalHeader(entry: ZipEntry): Uint8Array {
  const name = utf8(entry.name);
  const out = new Uint8Array(LOCAL_BYTES + name.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, 0x04034b50, true);
  writeCommon(view, 4, entry, name.length);
  out.set(name, LOCAL_BYTES);
  return out;
}

/** Central directory entry with its name (APPNOTE.TXT 4.3.12). */
export function zipCentralEntry(entry: ZipEntry, offset: number): Uint8Array {
  const name = utf8(entry.name);
  const out = new Uint8Array(CENTRAL_BYTES + name.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, VERSION_NEEDED, true);
  writeCommon(view, 6, entry, name.length);
  view.setUint32(42, offset, true);
  out.set(name, CENTRAL_BYTES);
  return out;
}

/** End of central directory without a comment (APPNOTE.TXT 4.3.16). */
export function zipEndRecord(count: number, directorySize: number, directoryAt: number): Uint8Array {
  const out = new Uint8Array(END_BYTES);
  const view = new DataView(out.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, directorySize, true);
  view.setUint32(16, directoryAt, true);
  return out;
}
