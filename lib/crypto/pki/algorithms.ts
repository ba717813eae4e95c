import { ObjectIdentifier } from "asn1js";
import { type AlgorithmIdentifier, type Certificate, RSAPublicKey, RSASSAPSSParams } from "pkijs";
import { toHex } from "../bytes";
import type { HeldCertificate } from "./certificate";
import { parsing } from "./der";
import { PkiRefusal } from "./refusal";

/** Accepted digests by object identifier, without SHA-1 and MD5. */
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
 * Accepts RSA (PKCS #1 v1.5, PSS) and ECDSA with SHA-2. A bare rsaEncryption is accepted only for a CMS signer, which
 * names its digest separately. Throws PkiRefusal `algorithm`.
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

const EC = "1.2.840.10045.2.1";
/** P-256, P-384 and P-521. */
const CURVES: ReadonlySet<string> = new Set(["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"]);
const MIN_RSA_BITS = 2_048;

function rsaBits(key: RSAPublicKey): number {
  const modulus = key.modulus.valueBlock.valueHexView;
  const first = modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (modulus.length - first) * 8 - (Math.clz32(modulus[first] ?? 0) - 24);
}

/** Requires RSA of at least 2048 bits, or ECDSA on a NIST curve. Throws PkiRefusal `algorithm`. */
export function requireStrongKey({ parsed }: { readonly parsed: Certificate }): void {
  const { algorithm, parsedKey } = parsed.subjectPublicKeyInfo;
  if (parsedKey instanceof RSAPublicKey) {
    const bits = rsaBits(parsedKey);
    if (bits < MIN_RSA_BITS) throw new PkiRefusal("algorithm", `an RSA key of ${bits} bits is not accepted`);
    return;
  }
  const curve: unknown = algorithm.algorithmParams;
  const isNamed = curve instanceof ObjectIdentifier && CURVES.has(curve.valueBlock.toString());
  if (algorithm.algorithmId !== EC || !isNamed)
    throw new PkiRefusal("algorithm", `a key of the kind ${algorithm.algorithmId} is not accepted`);
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? new Uint8Array() : bytes.subarray(first);
}

/**
 * Returns what all certificates of one private key have in common, however the public key is encoded: the modulus of RSA,
 * with any exponent, or the x-coordinate of a point, compressed or not (RFC 5480 section 2.2).
 */
export function keyIdentity({ parsed }: Pick<HeldCertificate, "parsed">): string {
  const { parsedKey, subjectPublicKey } = parsed.subjectPublicKeyInfo;
  if (parsedKey instanceof RSAPublicKey)
    return `rsa ${toHex(withoutZeros(parsedKey.modulus.valueBlock.valueHexView))}`;
  const [form, ...rest] = subjectPublicKey.valueBlock.valueHexView;
  const x = form === 2 || form === 3 ? rest : rest.slice(0, rest.length / 2);
  return `point ${toHex(Uint8Array.from(x))}`;
}
