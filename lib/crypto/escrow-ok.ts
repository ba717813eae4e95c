import { signStatement, verifyStatement } from "./statement";
import { statementBytes } from "./statement-bytes";

/** What the custodian confirms: it can open its own entry of exactly this body. */
export interface EscrowOk {
  readonly tx: string;
  readonly grp: string;
  readonly gen: number;
  /** Body digest, base64url. */
  readonly bd: string;
  /** `escrow#<epoch>` of the entry it opened. */
  readonly kid: string;
}

const KIND = "escrow-ok";

function memberwise({ tx, grp, gen, bd, kid }: EscrowOk): EscrowOk {
  return { tx, grp, gen, bd, kid };
}

/** `sealport/escrow-ok/1` ‖ 0x0A ‖ JCS({tx, grp, gen, bd, kid}) (crypto.md "Registration"). */
export function escrowOkBytes(ok: EscrowOk): Uint8Array {
  return statementBytes(KIND, memberwise(ok));
}

/** The custodian's Ed25519 signature (RFC 8032) over its confirmation. */
export function signEscrowOk(seed: Uint8Array, ok: EscrowOk): Uint8Array {
  return signStatement(seed, KIND, memberwise(ok));
}

/** Returns whether the custodian with the pinned key signed a confirmation. */
export function verifyEscrowOk(publicKey: Uint8Array, ok: EscrowOk, signature: Uint8Array): boolean {
  return verifyStatement(publicKey, KIND, memberwise(ok), signature);
}
