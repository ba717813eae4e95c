import { type AlgorithmIdentifier, RSASSAPSSParams } from "pkijs";
import { parsing } from "./der";
import { PkiRefusal } from "./refusal";

/** Digests by object identifier; SHA-1 and MD5 are not among them. */
const DIGESTS: Readonly<Record<string, "SHA-256" | "SHA-384" | "SHA-512">> = {
  "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
};
export const SHA256_OID = "2.16.840.1.101.3.4.2.1";
const RSA = "1.2.840.113549.1.1.1";
const RSA_PSS = "1.2.840.113549.1.1.10";
const SIGNATURES: ReadonlySet<string> = new Set([
  "1.2.840.113549.1.1.11",
  "1.2.840.113549.1.1.12",
  "1.2.840.113549.1.1.13",
  "1.2.840.10045.4.3.2",
  "1.2.840.10045.4.3.3",
  "1.2.840.10045.4.3.4",
]);

/** Name of an accepted digest. Throws PkiRefusal `algorithm`. */
export function digestName(oid: string): "SHA-256" | "SHA-384" | "SHA-512" {
  const name = DIGESTS[oid];
  if (name === undefined) throw new PkiRefusal("algorithm", `the digest ${oid} is not accepted`);
  return name;
}

/**
 * Accepts RSA (PKCS #1 v1.5, PSS) and ECDSA with SHA-2. A bare rsaEncryption is for a CMS signer only, whose digest
 * stands beside it. Throws PkiRefusal `algorithm`.
 */
export function requireSignature(algorithm: AlgorithmIdentifier, where: "signer" | "certificate"): void {
  const { algorithmId } = algorithm;
  if (SIGNATURES.has(algorithmId) || (algorithmId === RSA && where === "signer")) return;
  if (algorithmId !== RSA_PSS)
    throw new PkiRefusal("algorithm", `the signature algorithm ${algorithmId} is not accepted`);
  const { hashAlgorithm } = parsing("the PSS parameters", () => {
    return new RSASSAPSSParams({ schema: algorithm.algorithmParams });
  });
  digestName(hashAlgorithm.algorithmId);
}
