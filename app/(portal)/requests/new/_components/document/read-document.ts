import { toBase64url } from "@/lib/crypto/bytes";
import { documentForm, extensionOf, MAX_DOCUMENT_BYTES } from "@/lib/crypto/document-form";

/** Why a file is not sent. The server checks the same rule again. */
export type DocumentFault =
  | "empty"
  | "tooLarge"
  | "word"
  | "zip"
  | "unknown"
  | "extension"
  | "declared"
  | "cutOff"
  | "archive"
  | "followed"
  | "script"
  | "unreadable";

/** A chosen file that was read: complete, and of an accepted type. */
export interface ChosenDocument {
  readonly file: File;
  readonly name: string;
  readonly bytes: number;
  readonly mediaType: string;
  /** Base64url; undefined where the browser offers no digest (a page that is not served securely). */
  readonly sha256: string | undefined;
}

export type ReadOutcome = ChosenDocument | { readonly fault: DocumentFault; readonly name: string };

const WORD = ["doc", "docx", "odt", "rtf", "pages"];

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

/** The fault of a file of an unknown type, by its name and first bytes. */
function strangerFault(name: string, bytes: Uint8Array): DocumentFault {
  if (WORD.includes(extensionOf(name))) return "word";
  return isZip(bytes) ? "zip" : "unknown";
}

function faultOf(file: File, bytes: Uint8Array): DocumentFault | undefined {
  const form = documentForm(bytes);
  if (form === undefined) return strangerFault(file.name, bytes);
  if (!form.extensions.includes(extensionOf(file.name))) return "extension";
  if (file.type !== "" && !form.declared.includes(file.type)) return "declared";
  const fault = form.fault(bytes);
  return fault === "truncated" ? "cutOff" : fault;
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  if (globalThis.crypto.subtle === undefined) return undefined;
  return toBase64url(new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes)));
}

/** Reads a chosen file once: its form, and its digest to compare with what the server will have received. */
export async function readDocument(file: File): Promise<ReadOutcome> {
  const { name } = file;
  if (file.size > MAX_DOCUMENT_BYTES) return { fault: "tooLarge", name };
  if (file.size === 0) return { fault: "empty", name };
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { fault: "unreadable", name };
  }
  const fault = faultOf(file, bytes);
  if (fault !== undefined) return { fault, name };
  const mediaType = documentForm(bytes)?.mediaType ?? file.type;
  return { file, name, bytes: file.size, mediaType, sha256: await digestOf(bytes) };
}
