import "server-only";
import { readFileSync } from "node:fs";
import { toBase64 } from "@/lib/crypto/bytes";
import { pemCertificates, readCertificate } from "@/lib/crypto/pki/certificate";

const LINE = /.{1,64}/g;

/**
 * The certificates of a PEM file, each as PEM text of its own in one form, whatever stood round them. None without a
 * file. Throws PkiRefusal `form` for a file that holds none or a broken one, and what reading it throws.
 */
export function readTrustedFile(file: string | undefined): string[] {
  if (file === undefined) return [];
  return pemCertificates(readFileSync(file, "utf8")).map((der) => {
    readCertificate(der);
    const lines = toBase64(der).match(LINE) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
  });
}
