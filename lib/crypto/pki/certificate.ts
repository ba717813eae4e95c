import { Certificate, type Extension } from "pkijs";
import { fromBase64 } from "../bytes";
import { FormatError } from "../format-error";
import { parseWhole, parsing } from "./der";
import { PkiRefusal } from "./refusal";

const PEM = /-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----/g;
const ATTRIBUTES: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.6": "C",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
};

/** A certificate with its original bytes. */
export interface HeldCertificate {
  readonly der: Uint8Array;
  readonly parsed: Certificate;
}

/** Reads one DER certificate (RFC 5280). Throws PkiRefusal `form`. */
export function readCertificate(der: Uint8Array): HeldCertificate {
  parseWhole("a certificate", der);
  return { der, parsed: parsing("a certificate", () => Certificate.fromBER(Uint8Array.from(der))) };
}

/** DER bytes of every certificate in PEM text (RFC 7468), in order. Throws PkiRefusal `form` when there is none. */
export function pemCertificates(pem: string): Uint8Array[] {
  const found = [...pem.matchAll(PEM)].map(([, body = ""]) => decode(body.replace(/[\r\n]/g, "")));
  if (found.length === 0) throw new PkiRefusal("form", "no certificate in PEM form");
  return found;
}

function decode(base64: string): Uint8Array {
  try {
    return fromBase64(base64);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new PkiRefusal("form", "a certificate's base64 cannot be read", { cause });
  }
}

/** Returns the one extension of this kind, or undefined. Throws PkiRefusal `usage` when it is repeated. */
export function extensionOf(certificate: HeldCertificate, id: string): Extension | undefined {
  const found = (certificate.parsed.extensions ?? []).filter((extension) => extension.extnID === id);
  if (found.length > 1) throw new PkiRefusal("usage", `the extension ${id} occurs twice`);
  return found[0];
}

/** Returns the subject's name as people read it, e.g. `CN=Authority, O=Example`. */
export function subjectOf(certificate: { readonly parsed: Pick<Certificate, "subject"> }): string {
  return certificate.parsed.subject.typesAndValues
    .map(({ type, value }) => `${ATTRIBUTES[type] ?? type}=${String(value.valueBlock.value)}`)
    .join(", ");
}
