/** What the bytes of a document say of themselves: the same rule in the browser, before sending, and on the server. */
export interface DocumentForm {
  readonly mediaType: string;
  /** Media types that a sender may declare for it. */
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
/** One character a byte (ISO 8859-1). */
const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
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

const FORMS: readonly DocumentForm[] = [
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

/** The kind of document that these bytes begin as; undefined when it is none that is taken here. */
export function documentForm(bytes: Uint8Array): DocumentForm | undefined {
  return FORMS.find((form) => form.begins(bytes));
}

/** The extension of a file's name in lower case, without its dot; empty when there is none. */
export function extensionOf(filename: string): string {
  const dot = filename.lastIndexOf(".");
  return dot < 0 ? "" : filename.slice(dot + 1).toLowerCase();
}
