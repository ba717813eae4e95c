import { documentForm, extensionOf, MAX_DOCUMENT_BYTES } from "@/lib/crypto/document-form";
import { DomainError } from "@/lib/errors";

function refuse(detail: string): never {
  throw new DomainError("document.type", { detail });
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
  const form = documentForm(file.bytes);
  if (form === undefined) refuse("Neither PDF, PNG, JPEG, TIFF nor p7m.");
  const declared = file.mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!form.declared.includes(declared)) refuse(`The bytes are ${form.mediaType}, the declared type is not.`);
  if (!form.extensions.includes(extensionOf(file.filename)))
    refuse(`The bytes are ${form.mediaType}, the file's extension is not.`);
  if (!form.ends(file.bytes))
    throw new DomainError("document.truncated", { detail: `The end of this ${form.mediaType} is missing.` });
  return form.mediaType;
}
