import { documentForm, extensionOf, type FormFault, MAX_DOCUMENT_BYTES } from "@/lib/crypto/document-form";
import { DomainError } from "@/lib/errors";

function refuse(detail: string): never {
  throw new DomainError("document.type", { detail });
}

/** Returns the refusal of a file that is more than one document: the reason by name, in `reason`, and as a text. */
const POLYGLOT: Readonly<Record<Exclude<FormFault, "truncated">, string>> = {
  archive: "It is also a ZIP archive: an archive's end record is in its last 64 KB.",
  followed: "The file has data after its end.",
  script: "The picture contains a script.",
};

function refuseFault(fault: FormFault, mediaType: string): never {
  if (fault === "truncated")
    throw new DomainError("document.truncated", { detail: `The end of this ${mediaType} is missing.` });
  throw new DomainError("document.polyglot", { detail: POLYGLOT[fault], extra: { reason: fault } });
}

/**
 * Returns the media type of a file whose first bytes, extension and declared type agree and which is one whole document
 * and nothing more. Only the form is checked: the content is never rendered here, and this check does not call it
 * harmless. Throws `document.type`, `document.truncated`, `document.polyglot`, `document.too-large`.
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
  const form = documentForm(file.bytes);
  if (form === undefined) refuse("The document is not PDF, PNG, JPEG, TIFF or p7m.");
  const declared = file.mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!form.declared.includes(declared))
    refuse(`The content is ${form.mediaType}, but the declared type is not.`);
  if (!form.extensions.includes(extensionOf(file.filename)))
    refuse(`The content is ${form.mediaType}, but the file's extension is not.`);
  const fault = form.fault(file.bytes);
  if (fault !== undefined) refuseFault(fault, form.mediaType);
  return form.mediaType;
}
