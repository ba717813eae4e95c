import { isAlsoZip } from "./document/archive";
import { elementEnd } from "./document/der";
import { jpegEnd } from "./document/jpeg";
import { pngEnd } from "./document/png";
import { containsScript } from "./document/script";
import { has, hasAt, latin1 } from "./document/search";
import { tiffEnd } from "./document/tiff";

/**
 * Why the bytes are not one complete document of their kind: cut off, also an archive, followed by other bytes, or a
 * picture that contains a script.
 */
export type FormFault = "truncated" | "archive" | "followed" | "script";

/** Checks a document by its bytes alone, with the same rule in the browser before sending and on the server. */
export interface DocumentForm {
  readonly mediaType: string;
  /** Media types that a sender may declare for it. */
  readonly declared: readonly string[];
  readonly extensions: readonly string[];
  readonly begins: (bytes: Uint8Array) => boolean;
  /** Returns what is wrong with bytes that begin like this kind. Undefined for exactly one complete document. */
  readonly fault: (bytes: Uint8Array) => FormFault | undefined;
}

export const MAX_DOCUMENT_BYTES = 20 * 1_048_576;
/** Where readers look for the end-of-file mark (ISO 32000-2, 7.5.5 and annex on Acrobat's tolerance). */
const PDF_TAIL_BYTES = 1_024;
/** OBJECT IDENTIFIER 1.2.840.113549.1.7.2, signedData (RFC 5652). */
const SIGNED_DATA = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/** Only blanks may follow the last mark. Other bytes there would be a second file for another reader. */
function pdfFault(bytes: Uint8Array): FormFault | undefined {
  if (isAlsoZip(bytes)) return "archive";
  const tail = latin1(bytes.subarray(-PDF_TAIL_BYTES));
  return /startxref\s+[0-9]+\s+%%EOF\s*$/.test(tail) ? undefined : "truncated";
}

function faultAtEnd(bytes: Uint8Array, end: number | undefined): FormFault | undefined {
  if (end === undefined) return "truncated";
  if (isAlsoZip(bytes)) return "archive";
  return end === bytes.length ? undefined : "followed";
}

const pictureFault =
  (endOf: (bytes: Uint8Array) => number | undefined) =>
  (bytes: Uint8Array): FormFault | undefined =>
    faultAtEnd(bytes, endOf(bytes)) ?? (containsScript(bytes) ? "script" : undefined);

const FORMS: readonly DocumentForm[] = [
  {
    mediaType: "application/pdf",
    declared: ["application/pdf"],
    extensions: ["pdf"],
    begins: (bytes) => /^%PDF-[0-9]\.[0-9]/.test(latin1(bytes.subarray(0, 8))),
    fault: pdfFault,
  },
  {
    mediaType: "image/png",
    declared: ["image/png"],
    extensions: ["png"],
    begins: (bytes) => hasAt(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    fault: pictureFault(pngEnd),
  },
  {
    mediaType: "image/jpeg",
    declared: ["image/jpeg"],
    extensions: ["jpg", "jpeg"],
    begins: (bytes) => hasAt(bytes, 0, [0xff, 0xd8, 0xff]),
    fault: pictureFault(jpegEnd),
  },
  {
    mediaType: "image/tiff",
    declared: ["image/tiff"],
    extensions: ["tif", "tiff"],
    begins: (bytes) => hasAt(bytes, 0, [0x49, 0x49, 0x2a, 0]) || hasAt(bytes, 0, [0x4d, 0x4d, 0, 0x2a]),
    fault: pictureFault(tiffEnd),
  },
  {
    mediaType: "application/pkcs7-mime",
    declared: ["application/pkcs7-mime", "application/x-pkcs7-mime"],
    extensions: ["p7m"],
    begins: (bytes) => bytes[0] === 0x30 && has(bytes.subarray(0, 32), SIGNED_DATA),
    fault: (bytes) => faultAtEnd(bytes, elementEnd(bytes)),
  },
];

/** Returns the kind of document that these bytes begin as. Undefined for an unsupported kind. */
export function documentForm(bytes: Uint8Array): DocumentForm | undefined {
  return FORMS.find((form) => form.begins(bytes));
}

/** Returns the extension of a file name in lower case without the dot. Empty when there is none. */
export function extensionOf(filename: string): string {
  const dot = filename.lastIndexOf(".");
  return dot < 0 ? "" : filename.slice(dot + 1).toLowerCase();
}
