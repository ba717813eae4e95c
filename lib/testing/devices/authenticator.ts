import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { isoCBOR } from "@simplewebauthn/server/helpers";
import { z } from "zod";
import { concat, fromBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { randomBytes, sha256 } from "@/lib/crypto/primitives";

export type PasskeyAlgorithm = "ES256" | "EdDSA" | "RS256";

export interface AuthenticatorOptions {
  /** Default: ES256. */
  readonly algorithm?: PasskeyAlgorithm;
  /** Default: `localhost`. */
  readonly rpId?: string;
  /** Default: `http://localhost:3000`. */
  readonly origin?: string;
  /** Whether the device counts, as security keys do; synced passkeys always report 0. */
  readonly isCounting?: boolean;
}

/** What an honest browser or device would do otherwise. */
export interface CeremonyChanges {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly userPresent?: boolean;
  readonly userVerified?: boolean;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  readonly counter?: number;
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;
const AAGUID = new Uint8Array(16);
const ALGORITHM = { ES256: -7, EdDSA: -8, RS256: -257 } as const;

const KeyPair = z.object({
  privateKey: z.string(),
  publicKey: z.object({
    x: z.string().optional(),
    y: z.string().optional(),
    n: z.string().optional(),
    e: z.string().optional(),
  }),
});

/** Uses encodings, because exporting a generated key can block Node 20 for ever (environment.md). */
function generateKeys(algorithm: PasskeyAlgorithm): z.infer<typeof KeyPair> {
  const encodings = {
    publicKeyEncoding: { format: "jwk" },
    privateKeyEncoding: { format: "pem", type: "pkcs8" },
  };
  const kinds = {
    ES256: ["ec", { namedCurve: "P-256", ...encodings }],
    EdDSA: ["ed25519", encodings],
    RS256: ["rsa", { modulusLength: 2048, ...encodings }],
  } as const;
  return KeyPair.parse(Reflect.apply(generateKeyPairSync, undefined, kinds[algorithm]));
}

/** Returns the COSE_Key (RFC 9053, RFC 8230) of the public key. */
function coseKey(algorithm: PasskeyAlgorithm, jwk: z.infer<typeof KeyPair>["publicKey"]): Uint8Array {
  const bytes = (text: string | undefined): Uint8Array => Uint8Array.from(fromBase64url(text ?? ""));
  const entries: Record<PasskeyAlgorithm, [number, number | Uint8Array][]> = {
    ES256: [
      [1, 2],
      [3, ALGORITHM.ES256],
      [-1, 1],
      [-2, bytes(jwk.x)],
      [-3, bytes(jwk.y)],
    ],
    EdDSA: [
      [1, 1],
      [3, ALGORITHM.EdDSA],
      [-1, 6],
      [-2, bytes(jwk.x)],
    ],
    RS256: [
      [1, 3],
      [3, ALGORITHM.RS256],
      [-1, bytes(jwk.n)],
      [-2, bytes(jwk.e)],
    ],
  };
  return isoCBOR.encode(new Map(entries[algorithm]));
}

/**
 * A passkey in software that makes the bytes of a browser and a device: attestation `none` and assertions. `challenge` is base64url, as in
 * the options of the ceremony.
 */
export class SoftwareAuthenticator {
  readonly credentialId = toBase64url(randomBytes(32));
  readonly publicKey: Uint8Array;
  counter = 0;
  private readonly algorithm: PasskeyAlgorithm;
  private readonly key: KeyObject;
  private readonly rpId: string;
  private readonly origin: string;
  private readonly isCounting: boolean;

  constructor(options: AuthenticatorOptions = {}) {
    this.algorithm = options.algorithm ?? "ES256";
    this.rpId = options.rpId ?? "localhost";
    this.origin = options.origin ?? "http://localhost:3000";
    this.isCounting = options.isCounting ?? true;
    const { publicKey, privateKey } = generateKeys(this.algorithm);
    this.publicKey = coseKey(this.algorithm, publicKey);
    this.key = createPrivateKey(privateKey);
  }

  /** Returns the answer to `navigator.credentials.create`. */
  register(challenge: string, changes: CeremonyChanges = {}): RegistrationResponseJSON {
    const id = fromBase64url(this.credentialId);
    const length = Uint8Array.of(id.length >> 8, id.length & 0xff);
    const attested = concat(AAGUID, length, id, this.publicKey);
    const authData = Uint8Array.from(this.authenticatorData(changes, ATTESTED, attested));
    const attestationObject = isoCBOR.encode(
      new Map<string, string | Uint8Array | Map<string, string>>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", authData],
      ]),
    );
    return {
      id: this.credentialId,
      rawId: this.credentialId,
      type: "public-key",
      response: {
        clientDataJSON: toBase64url(this.clientData(challenge, "webauthn.create", changes)),
        attestationObject: toBase64url(attestationObject),
        transports: ["internal"],
      },
      clientExtensionResults: {},
    };
  }

  /** Returns the answer to `navigator.credentials.get`. */
  assert(challenge: string, changes: CeremonyChanges = {}): AuthenticationResponseJSON {
    if (this.isCounting) this.counter += 1;
    const clientData = this.clientData(challenge, "webauthn.get", changes);
    const authenticatorData = this.authenticatorData(changes);
    return {
      id: this.credentialId,
      rawId: this.credentialId,
      type: "public-key",
      response: {
        clientDataJSON: toBase64url(clientData),
        authenticatorData: toBase64url(authenticatorData),
        signature: toBase64url(this.sign(concat(authenticatorData, sha256(clientData)))),
      },
      clientExtensionResults: {},
    };
  }

  /** Signs any bytes with the passkey's key: ECDSA in DER, as WebAuthn requires. */
  sign(bytes: Uint8Array): Uint8Array {
    return sign(this.algorithm === "EdDSA" ? null : "sha256", bytes, this.key);
  }

  private clientData(challenge: string, type: string, changes: CeremonyChanges): Uint8Array {
    return utf8(
      JSON.stringify({
        type: changes.type ?? type,
        challenge,
        origin: changes.origin ?? this.origin,
        crossOrigin: changes.crossOrigin ?? false,
        ...(changes.topOrigin === undefined ? {} : { topOrigin: changes.topOrigin }),
      }),
    );
  }

  private authenticatorData(
    changes: CeremonyChanges,
    extraFlags = 0,
    attested: Uint8Array = new Uint8Array(0),
  ): Uint8Array {
    const present = (changes.userPresent ?? true) ? USER_PRESENT : 0;
    const verified = (changes.userVerified ?? true) ? USER_VERIFIED : 0;
    const counter = new Uint8Array(4);
    new DataView(counter.buffer).setUint32(0, changes.counter ?? this.counter);
    const rpIdHash = sha256(changes.rpId ?? this.rpId);
    return concat(rpIdHash, Uint8Array.of(present | verified | extraFlags), counter, attested);
  }
}
