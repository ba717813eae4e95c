// Numbers of PKCS#11 3.1 that the token process uses, and the meaning of a module's answers.

export const CKR_OK = 0;
export const CKR_TOKEN_NOT_RECOGNIZED = 0xe1;
export const CKR_OBJECT_HANDLE_INVALID = 0x82;
export const CKR_KEY_HANDLE_INVALID = 0x60;
export const CKU_USER = 1;
export const CKF_RW_SERIAL = 6;
export const CKO_PRIVATE_KEY = 3;
export const CKO_SECRET_KEY = 4;
export const CKK_GENERIC_SECRET = 0x10;
export const CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055;
export const CKM_EC_MONTGOMERY_KEY_PAIR_GEN = 0x1056;
export const CKM_ECDH1_DERIVE = 0x1050;
export const CKD_NULL = 1;
export const CKA = {
  CLASS: 0x0,
  TOKEN: 0x1,
  PRIVATE: 0x2,
  LABEL: 0x3,
  VALUE: 0x11,
  KEY_TYPE: 0x100,
  ID: 0x102,
  SENSITIVE: 0x103,
  SIGN: 0x108,
  DERIVE: 0x10c,
  VALUE_LEN: 0x161,
  EXTRACTABLE: 0x162,
  LOCAL: 0x163,
  NEVER_EXTRACTABLE: 0x164,
  ALWAYS_SENSITIVE: 0x165,
  EC_PARAMS: 0x180,
  EC_POINT: 0x181,
};

/** Thrown when the module's answer is not CKR_OK. */
export class TokenFault extends Error {
  constructor(call, rv) {
    super(`${call}: 0x${rv.toString(16)}`);
    this.rv = rv;
  }
}

/** Thrown for a key that the token has but must not use, or does not have. */
export class KeyFault extends Error {
  constructor(kind, what) {
    super(what);
    this.kind = kind;
  }
}

/** Returns whether a failure means that an object no longer exists. */
export function isGone(error) {
  return (
    error instanceof TokenFault &&
    (error.rv === CKR_OBJECT_HANDLE_INVALID || error.rv === CKR_KEY_HANDLE_INVALID)
  );
}

/** Returns whether a failure means that the PIN or the user was refused: CKR_PIN_*, CKR_USER_*. */
export function isDenied(error) {
  if (!(error instanceof TokenFault)) return false;
  const { rv } = error;
  return (rv >= 0xa0 && rv <= 0xa4) || (rv >= 0x102 && rv <= 0x105);
}

const CKR_USER_NOT_LOGGED_IN = 0x101;
const CKS_RW_USER = 3n;

/** Throws unless CK_SESSION_INFO (slot, state, flags, device's error) is of a session that writes and is logged in. */
export function requireLoggedIn(info) {
  if (info.readBigUInt64LE(8) !== CKS_RW_USER)
    throw new TokenFault("C_GetSessionInfo", CKR_USER_NOT_LOGGED_IN);
}

const KEY_BYTES = 32;

/** Returns the 32 bytes of a point that a token returns bare or as an OCTET STRING. */
export function pointOf(encoded) {
  if (encoded.length === KEY_BYTES) return encoded;
  if (encoded.length === KEY_BYTES + 2 && encoded[0] === 0x04 && encoded[1] === KEY_BYTES)
    return encoded.subarray(2);
  throw new KeyFault("refused", "its public key is not an X25519 key");
}
