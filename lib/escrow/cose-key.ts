import "server-only";
import { cose, decodeCredentialPublicKey } from "@simplewebauthn/server/helpers";

const MIN_RSA_BYTES = 256;
const { COSEKEYS, COSEKTY, COSECRV, COSEALG } = cose;

/**
 * Whether a passkey's COSE key is one statements are taken from: ES256 on P-256, EdDSA on Ed25519, or RS256 of
 * 2,048 bits and more (Windows Hello). Never throws.
 */
export function isStatementKey(publicKey: Uint8Array): boolean {
  try {
    const key = decodeCredentialPublicKey(Uint8Array.from(publicKey));
    const alg = key.get(COSEKEYS.alg);
    if (cose.isCOSEPublicKeyEC2(key)) {
      return alg === COSEALG.ES256 && key.get(COSEKEYS.crv) === COSECRV.P256;
    }
    if (cose.isCOSEPublicKeyOKP(key)) {
      return alg === COSEALG.EdDSA && key.get(COSEKEYS.crv) === COSECRV.ED25519;
    }
    if (!cose.isCOSEPublicKeyRSA(key) || key.get(COSEKEYS.kty) !== COSEKTY.RSA) return false;
    return alg === COSEALG.RS256 && (key.get(COSEKEYS.n)?.length ?? 0) >= MIN_RSA_BYTES;
  } catch {
    return false;
  }
}
