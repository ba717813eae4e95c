import "server-only";
import { readFileSync } from "node:fs";
import { toBase64 } from "@/lib/crypto/bytes";
import { pemCertificates, readCertificate } from "@/lib/crypto/pki/certificate";

const LINE = /.{1,64}/g;

/**
 * Returns the certificates of a PEM file, each as its own normalised PEM text. Text around them is ignored. Returns
 * none without a file. Throws PkiRefusal `form` for a file with no certificate or an invalid one, and file system
 * errors.
 */
export function readTrustedFile(file: string | undefined): string[] {
  if (file === undefined) return [];
  return pemCertificates(readFileSync(file, "utf8")).map((der) => {
    readCertificate(der);
    const lines = toBase64(der).match(LINE) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
  });
}
