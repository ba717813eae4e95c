import { fromHex, fromUtf8 } from "@/lib/crypto/bytes";
import { elementEnd } from "@/lib/crypto/document/der";
import { type DocumentSignature, MAX_CMS_BYTES } from "./cms";
import { PdfDamaged, type PdfValue, readDictionary } from "./pdf-dictionary";
import { SignatureRefusal } from "./report";

const MARK = "/ByteRange";
/** Maximum size of a signature's dictionary: twice its bytes in hexadecimal digits, and some text. */
const MAX_DICTIONARY_BYTES = 2 * MAX_CMS_BYTES + 65_536;
/** How many places that look like a signature are tried, from the file's end. */
const MAX_TRIES = 8;
const OBJECT = /(?:^|[\0\t\n\f\r ])\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+$/;
/** Kinds of bytes in Contents; ISO 32000-2 table 260. */
const DETACHED: ReadonlyMap<string, { readonly mayBeUnnamed: boolean }> = new Map([
  ["ETSI.CAdES.detached", { mayBeUnnamed: false }],
  ["adbe.pkcs7.detached", { mayBeUnnamed: true }],
]);

type Dictionary = ReadonlyMap<string, PdfValue>;

/** Returns where the object that contains this place begins, after its `N G obj`. */
function objectStart(file: Buffer, place: number): number | undefined {
  const lowest = Math.max(0, place - MAX_DICTIONARY_BYTES);
  for (let at = file.lastIndexOf("obj", place); at >= lowest; at = file.lastIndexOf("obj", at - 1)) {
    if (OBJECT.test(file.toString("latin1", Math.max(0, at - 24), at))) return at + 3;
    if (at === 0) return undefined;
  }
  return undefined;
}

function dictionaryAt(file: Buffer, start: number): Dictionary | undefined {
  try {
    const members = readDictionary(file.subarray(0, start + MAX_DICTIONARY_BYTES), start);
    return members.has("ByteRange") ? members : undefined;
  } catch (error) {
    if (error instanceof PdfDamaged) return undefined;
    throw error;
  }
}

/** Returns the last signature dictionary in the file; undefined if it has none. Throws SignatureRefusal `form`. */
function lastSignature(file: Buffer): Dictionary | undefined {
  const tried = new Set<number>();
  let place = file.lastIndexOf(MARK);
  if (place < 0) return undefined;
  while (place >= 0 && tried.size < MAX_TRIES) {
    const start = objectStart(file, place);
    const found = start === undefined || tried.has(start) ? undefined : dictionaryAt(file, start);
    if (found !== undefined) return found;
    tried.add(start ?? -place);
    place = place === 0 ? -1 : file.lastIndexOf(MARK, place - 1);
  }
  throw new SignatureRefusal("form", "The PDF is marked as signed, but its signature cannot be read.");
}

/**
 * Returns the two signed pieces: from the file's first byte to its last, except the digits of Contents. Throws
 * SignatureRefusal `byte-range`, and `later-changes` if the file continues after the signed part.
 */
function signedPieces(file: Buffer, members: Dictionary, gap: { readonly at: number; readonly end: number }) {
  const range = members.get("ByteRange");
  const items = range?.kind === "array" ? range.items : [];
  const numbers = items.map((item) => (item.kind === "number" ? item.value : Number.NaN));
  const [from, length, next, rest] = numbers;
  if (
    numbers.length !== 4 ||
    from === undefined ||
    length === undefined ||
    next === undefined ||
    rest === undefined
  )
    throw new SignatureRefusal("byte-range", "The signature does not say which bytes it covers.");
  if (from !== 0 || length !== gap.at || next !== gap.end || !(next + rest <= file.length))
    throw new SignatureRefusal("byte-range", "The signature does not cover the whole file.");
  if (next + rest !== file.length)
    throw new SignatureRefusal(
      "later-changes",
      "The file was changed after it was signed: the signature covers an earlier version.",
    );
  return [file.subarray(0, length), file.subarray(next)];
}

function readContents(digits: string): Uint8Array {
  if (digits.length % 2 !== 0 || digits.length > 2 * MAX_CMS_BYTES)
    throw new SignatureRefusal("form", "The signature's bytes in the PDF cannot be read.");
  const bytes = fromHex(digits.toLowerCase());
  const end = elementEnd(bytes);
  // Unused room for the signature is filled with zeros only.
  if (end === undefined || bytes.subarray(end).some((byte) => byte !== 0))
    throw new SignatureRefusal("form", "The signature's bytes in the PDF cannot be read.");
  return bytes.subarray(0, end);
}

/**
 * Returns the last signature inside a PDF (ISO 32000-2 section 12.8, EN 319 142-1); undefined if it has none. Its byte
 * range must be the whole file except the digits of its own Contents. Time stamps and data for later validation are
 * ignored. Throws SignatureRefusal `form`, `byte-range`, `sub-filter` or `later-changes`.
 */
export function findPdfSignature(bytes: Uint8Array): DocumentSignature | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members = lastSignature(file);
  if (members === undefined) return undefined;
  const contents = members.get("Contents");
  if (contents?.kind !== "hex")
    throw new SignatureRefusal("form", "The signature's bytes in the PDF cannot be read.");
  const pieces = signedPieces(file, members, contents);
  const filter = members.get("SubFilter");
  const form = filter?.kind === "name" ? DETACHED.get(filter.text) : undefined;
  if (form === undefined)
    throw new SignatureRefusal(
      "sub-filter",
      "The signature in the PDF is of a kind that is not supported here.",
    );
  const cms = readContents(fromUtf8(file.subarray(contents.at + 1, contents.end - 1)));
  return { method: "pades", cms, pieces, ...form };
}
