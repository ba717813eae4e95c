import { DomainError } from "@/lib/errors";

/** A kind of document that is taken as a legal authority's paper. */
interface DocumentType {
  readonly mediaType: string;
  readonly declared: readonly string[];
  readonly extensions: readonly string[];
  readonly begins: (bytes: Uint8Array) => boolean;
  /** Whether the end is there; a document cut short is refused. */
  readonly ends: (bytes: Uint8Array) => boolean;
}

export const MAX_DOCUMENT_BYTES = 20 * 1_048_576;
/** Where readers look for the end-of-file mark (ISO 32000-2, 7.5.5 and annex on Acrobat's tolerance). */
const PDF_TAIL_BYTES = 1_024;

function hasAt(bytes: Uint8Array, offset: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, index) => bytes[offset + index] === byte);
}

function has(bytes: Uint8Array, wanted: readonly number[]): boolean {
  for (let offset = 0; offset + wanted.length <= bytes.length; offset++) {
    if (hasAt(bytes, offset, wanted)) return true;
  }
  return false;
}

const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
/** OBJECT IDENTIFIER 1.2.840.113549.1.7.2, signedData (RFC 5652). */
const SIGNED_DATA = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/** Whether a DER SEQUENCE with a definite length ends exactly with the bytes; BER's open form ends in zeros. */
function isWholeSequence(bytes: Uint8Array): boolean {
  const first = bytes[1] ?? 0;
  if (first === 0x80) return hasAt(bytes, bytes.length - 2, [0, 0]);
  if (first < 0x80) return bytes.length === 2 + first;
  const count = first & 0x7f;
  if (count > 4) return false;
  const length = bytes.subarray(2, 2 + count).reduce((sum, byte) => sum * 256 + byte, 0);
  return bytes.length === 2 + count + length;
}

const TYPES: readonly DocumentType[] = [
  {
    mediaType: "application/pdf",
    declared: ["application/pdf"],
    extensions: ["pdf"],
    begins: (bytes) => /^%PDF-[0-9]\.[0-9]/.test(latin1(bytes.subarray(0, 8))),
    // Nothing but blanks after the last mark: whatever stands there is another file for another reader.
    ends: (bytes) => /startxref\s+[0-9]+\s+%%EOF\s*$/.test(latin1(bytes.subarray(-PDF_TAIL_BYTES))),
  },
  {
    mediaType: "image/png",
    declared: ["image/png"],
    extensions: ["png"],
    begins: (bytes) => hasAt(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    ends: (bytes) => hasAt(bytes, bytes.length - 8, ascii("IEND")),
  },
  {
    mediaType: "image/jpeg",
    declared: ["image/jpeg"],
    extensions: ["jpg", "jpeg"],
    begins: (bytes) => hasAt(bytes, 0, [0xff, 0xd8, 0xff]),
    ends: (bytes) => has(bytes.subarray(-64), [0xff, 0xd9]),
  },
  {
    mediaType: "image/tiff",
    declared: ["image/tiff"],
    extensions: ["tif", "tiff"],
    begins: (bytes) => hasAt(bytes, 0, [0x49, 0x49, 0x2a, 0]) || hasAt(bytes, 0, [0x4d, 0x4d, 0, 0x2a]),
    ends: (bytes) => bytes.length > 8,
  },
  {
    mediaType: "application/pkcs7-mime",
    declared: ["application/pkcs7-mime", "application/x-pkcs7-mime"],
    extensions: ["p7m"],
    begins: (bytes) => bytes[0] === 0x30 && has(bytes.subarray(0, 32), SIGNED_DATA),
    ends: isWholeSequence,
  },
];

function refuse(detail: string): never {
  throw new DomainError("document.type", { detail });
}

function extensionOf(filename: string): string {
  const dot = filename.lastIndexOf(".");
  return dot < 0 ? "" : filename.slice(dot + 1).toLowerCase();
}

/**
 * The media type of a document whose first bytes, extension and declared type all say the same. Only form is
 * checked: what is inside is never rendered here, and nothing here calls it harmless.
 */
export function documentType(file: {
  readonly filename: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}): string {
  if (file.bytes.length > MAX_DOCUMENT_BYTES) {
    throw new DomainError("document.too-large", {
      detail: `At most ${MAX_DOCUMENT_BYTES} bytes are accepted.`,
    });
  }
  if (file.bytes.length === 0)
    throw new DomainError("document.truncated", { detail: "The document is empty." });
  const type = TYPES.find((candidate) => candidate.begins(file.bytes));
  if (type === undefined) refuse("Neither PDF, PNG, JPEG, TIFF nor p7m.");
  const declared = file.mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!type.declared.includes(declared)) refuse(`The bytes are ${type.mediaType}, the declared type is not.`);
  if (!type.extensions.includes(extensionOf(file.filename)))
    refuse(`The bytes are ${type.mediaType}, the file's extension is not.`);
  if (!type.ends(file.bytes))
    throw new DomainError("document.truncated", { detail: `The end of this ${type.mediaType} is missing.` });
  return type.mediaType;
}
