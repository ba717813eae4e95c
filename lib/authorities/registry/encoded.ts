import { asRefusal } from "@/lib/authorities/cms";
import { invalidMember } from "@/lib/authorities/registry/rules";
import { fromBase64 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { type HeldCertificate, readCertificate } from "@/lib/crypto/pki/certificate";

const PEM = /^\s*-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END \1-----\s*$/;

/** Runs a reader of foreign bytes; its refusal becomes a 422 at this member. */
export function reading<T>(pointer: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw invalidMember(pointer, `cannot be accepted: ${asRefusal(error).message}`);
  }
}

/** Returns the DER of one value given as PEM of this kind or as base64. Throws `request.invalid`. */
export function decodeDer(pointer: string, label: string, text: string): Uint8Array {
  const [, found, body] = PEM.exec(text) ?? [];
  if (found !== undefined && found !== label) throw invalidMember(pointer, `is no ${label} in PEM`);
  try {
    return fromBase64((body ?? text).replace(/\s/g, ""));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw invalidMember(pointer, "is neither PEM of one value nor base64");
  }
}

/** Returns one certificate. Throws `request.invalid`. */
export function decodeCertificate(pointer: string, text: string): HeldCertificate {
  const der = decodeDer(pointer, "CERTIFICATE", text);
  return reading(pointer, () => readCertificate(der));
}
