import { z } from "zod";
import { concatAll, equalConstantTime, fromUtf8, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { evidenceFileText, isEvidenceText } from "./evidence-format";
import { EVIDENCE_REFERENCE } from "./evidence-names";

// The seal of an evidence PDF: an attachment of fixed length whose text signs all other bytes of the file. So a change
// anywhere in the file is found, and a reader needs no PDF library to find the attached statement.

/** Length of the attached seal, and the text that it begins with. */
export const SEAL_BYTES = 1024;
const BEGIN = '{"digest":"';
const MARK = '"kind":"sealport/evidence-file"';
const SPACE = 0x20;

const Place = z.strictObject({ at: z.int().min(0), length: z.int().min(1) });
const Seal = z.strictObject({
  /** SHA-256 of the file with spaces in place of the seal. */
  digest: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  kind: z.literal("sealport/evidence-file"),
  log: z.string().min(1),
  reference: z.string().regex(EVIDENCE_REFERENCE),
  signature: z.string().min(1),
  /** Where the attached statement is in the file. */
  statement: Place,
  v: z.literal(1),
});
type Seal = z.infer<typeof Seal>;

/** An evidence PDF as it was read: its seal, the digest that the file really has, and the attached statement. */
export interface EvidencePdf {
  readonly seal: Seal;
  readonly digest: string;
  /** Text of the attached statement. */
  readonly text: string;
  /** Whether the seal is written as it was signed and names the statement's place: the digest does not cover its bytes. */
  readonly isSealWhole: boolean;
}

/** The placeholder that is attached before the file is signed. */
export function emptySeal(): Uint8Array {
  return sealText(`${BEGIN}${" ".repeat(43)}",${MARK}}`);
}

function sealText(text: string): Uint8Array {
  const bytes = utf8(text);
  if (bytes.length > SEAL_BYTES) throw new FormatError("format.length", "the seal of the file is too long");
  return concatAll([bytes, new Uint8Array(SEAL_BYTES - bytes.length).fill(SPACE)]);
}

function indexOf(bytes: Uint8Array, sought: Uint8Array, from = 0): number {
  const [first = 0] = sought;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (sought.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}

function lastIndexOf(bytes: Uint8Array, sought: Uint8Array): number {
  const [first = 0] = sought;
  let at = bytes.lastIndexOf(first);
  while (at > 0 && !sought.every((byte, offset) => bytes[at + offset] === byte))
    at = bytes.lastIndexOf(first, at - 1);
  return at > 0 ? at : -1;
}

/**
 * Returns where the seal begins. It is attached last, so it has the last mark: a party may have sealed a value with the
 * same text, and the statement before it would show that.
 */
function sealPlace(bytes: Uint8Array): number {
  const mark = lastIndexOf(bytes, utf8(MARK));
  // The digest and its quotes come before the mark in canonical order.
  const at = mark - BEGIN.length - 43 - 2;
  if (mark < 0 || at < 0 || at + SEAL_BYTES > bytes.length)
    throw new FormatError("format.record", "the file has no seal of an evidence file");
  return at;
}

function digestWithout(bytes: Uint8Array, at: number): string {
  const blank = bytes.slice();
  blank.fill(SPACE, at, at + SEAL_BYTES);
  return toBase64url(sha256(blank));
}

/** Where a statement's text is in a file. Throws FormatError where it is not. */
function placeOf(bytes: Uint8Array, statement: Uint8Array): z.infer<typeof Place> {
  const at = indexOf(bytes, statement);
  if (at < 0) throw new FormatError("format.record", "the statement is not in the file");
  return { at, length: statement.length };
}

/** Signs a finished PDF in which `emptySeal` and the statement's text are attached uncompressed. */
export async function sealPdf(
  bytes: Uint8Array,
  {
    log,
    reference,
    statement,
  }: { readonly log: string; readonly reference: string; readonly statement: string },
  sign: (text: string) => Promise<string>,
): Promise<Uint8Array> {
  const at = sealPlace(bytes);
  const digest = digestWithout(bytes, at);
  const signature = await sign(evidenceFileText(log, reference, digest));
  const seal: Seal = {
    digest,
    kind: "sealport/evidence-file",
    log,
    reference,
    signature,
    statement: placeOf(bytes, utf8(statement)),
    v: 1,
  };
  const sealed = bytes.slice();
  sealed.set(sealText(canonicalJson(seal)), at);
  return sealed;
}

/** Returns whether these bytes begin like a PDF. */
export function isPdf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x25 && bytes[1] === 0x50 && bytes[2] === 0x44 && bytes[3] === 0x46;
}

/** Reads the seal and the statement of an evidence PDF; whether they are genuine is for `verifyEvidence`. */
export function readEvidencePdf(bytes: Uint8Array): EvidencePdf {
  const at = sealPlace(bytes);
  const written = bytes.subarray(at, at + SEAL_BYTES);
  const parsed = Seal.safeParse(readSeal(written));
  if (!parsed.success) throw new FormatError("format.record", "the seal of the file cannot be read");
  const { statement } = parsed.data;
  const text = textAt(bytes, statement.at, statement.length);
  const isSealWhole =
    equalConstantTime(sealText(canonicalJson(parsed.data)), written) &&
    equalConstantTime(bytes.subarray(statement.at, statement.at + statement.length), utf8(text));
  return { seal: parsed.data, digest: digestWithout(bytes, at), text, isSealWhole };
}

function readSeal(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    throw new FormatError("format.record", "the seal of the file cannot be read");
  }
}

/**
 * Returns the attached statement. A file that was changed in length has it elsewhere: then it is looked for, so that the
 * values can still be checked.
 */
function textAt(bytes: Uint8Array, at: number, length: number): string {
  const here = quietText(bytes.subarray(at, at + length));
  if (here !== undefined && isEvidenceText(here)) return here;
  const begin = indexOf(bytes, utf8('{"signature":"'));
  const found = begin < 0 ? undefined : quietText(bytes.subarray(begin, begin + length));
  return found ?? "";
}

function quietText(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
