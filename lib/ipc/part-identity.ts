import "server-only";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { TlsFiles } from "@/lib/env/tls";
import { OperatorError } from "@/lib/errors";

/** The parts of an instance, as their certificates name them. */
export const PARTS = ["portal", "worker", "signer", "custodian", "witness"] as const;
export type Part = (typeof PARTS)[number];

/** Shared by all copies of this module: Next loads one for the routes and one for the runtime. */
const SLOT = Symbol.for("sealport.part-identity");

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new OperatorError(`${variable} names a file that cannot be read: ${file}`);
  }
}

/**
 * Returns what TLS needs, read from the files as they are now: a renewed certificate needs no restart. Throws
 * OperatorError if a file cannot be read or if the files do not match, for example while they are being replaced.
 */
export function identityOf(files: TlsFiles): SecureContextOptions {
  const identity: SecureContextOptions = {
    cert: read("TLS_CERT_FILE", files.certificate),
    key: read("TLS_KEY_FILE", files.key),
    ca: read("TLS_CA_FILE", files.authority),
    minVersion: "TLSv1.3",
  };
  try {
    createSecureContext(identity);
  } catch {
    throw new OperatorError(
      "TLS_CERT_FILE, TLS_KEY_FILE and TLS_CA_FILE are not a certificate, its key and its CA",
    );
  }
  return identity;
}

/** Returns the part that a certificate's common name names; undefined for any other name. */
export function partOf(commonName: unknown): Part | undefined {
  return PARTS.find((part) => part === commonName);
}

function commonNameOf(certificate: Buffer): string | undefined {
  return /^CN=(.*)$/m.exec(new X509Certificate(certificate).subject)?.[1];
}

/**
 * Sets the certificate with which this process calls other parts and serves. Throws OperatorError if a file cannot be
 * read, or if the certificate is not for this part.
 */
export function usePartIdentity(part: Part, files: TlsFiles | undefined): void {
  if (files === undefined) return;
  const { cert } = identityOf(files);
  const name = cert instanceof Buffer ? commonNameOf(cert) : undefined;
  if (name !== part)
    throw new OperatorError(
      `TLS_CERT_FILE is a certificate of ${name ?? "no part"}, and this is the ${part}`,
    );
  Reflect.set(globalThis, SLOT, files);
}

/** Returns this process's certificate, key and authority. Throws OperatorError without them. */
export function partIdentity(): SecureContextOptions & { readonly files: TlsFiles } {
  const files: TlsFiles | undefined = Reflect.get(globalThis, SLOT);
  if (files === undefined)
    throw new OperatorError(
      "an address begins with mtls://: set TLS_CERT_FILE, TLS_KEY_FILE and TLS_CA_FILE",
    );
  return { ...identityOf(files), files };
}
