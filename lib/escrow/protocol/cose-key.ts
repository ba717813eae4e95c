import "server-only";
import { cose, decodeCredentialPublicKey } from "@simplewebauthn/server/helpers";

const MIN_RSA_BYTES = 256;
const { COSEKEYS, COSECRV, COSEALG } = cose;

export type StatementAlgorithm = "ES256" | "EdDSA" | "RS256";

/**
 * Returns the algorithm of a passkey's COSE key if statements may be signed with it: ES256 on P-256, EdDSA on Ed25519, or
 * RS256 with at least 2,048 bits (Windows Hello). Returns undefined for every other key and for malformed bytes.
 */
export function statementAlgorithm(publicKey: Uint8Array): StatementAlgorithm | undefined {
  try {
    const key = decodeCredentialPublicKey(Uint8Array.from(publicKey));
    const alg = key.get(COSEKEYS.alg);
    if (cose.isCOSEPublicKeyEC2(key)) {
      return alg === COSEALG.ES256 && key.get(COSEKEYS.crv) === COSECRV.P256 ? "ES256" : undefined;
    }
    if (cose.isCOSEPublicKeyOKP(key)) {
      return alg === COSEALG.EdDSA && key.get(COSEKEYS.crv) === COSECRV.ED25519 ? "EdDSA" : undefined;
    }
    if (!cose.isCOSEPublicKeyRSA(key) || alg !== COSEALG.RS256) return undefined;
    return (key.get(COSEKEYS.n)?.length ?? 0) >= MIN_RSA_BYTES ? "RS256" : undefined;
  } catch {
    return undefined;
  }
}
