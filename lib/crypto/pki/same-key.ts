import { RSAPublicKey } from "pkijs";
import { toHex } from "../bytes";
import type { HeldCertificate } from "./certificate";

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
