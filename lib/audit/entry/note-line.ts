import { concat, toBase64, utf8 } from "@/lib/crypto/bytes";
import { cosignerVkey, parseVkey, vkey } from "@/lib/crypto/log/signed-note";

/** Signs bytes with a key that never leaves its keystore. */
export type SignBytes = (message: Uint8Array) => Promise<Uint8Array>;

/** A name, its Ed25519 public key and the function that signs with it. */
export interface NoteSigner {
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly sign: SignBytes;
}

function line(name: string, keyId: Uint8Array, signature: Uint8Array): string {
  return `\u2014 ${name} ${toBase64(concat(keyId, signature))}`;
}

/** The signature line, without newline, of a C2SP signed note's text. */
export async function signNoteLine(signer: NoteSigner, text: string): Promise<string> {
  const { keyId } = parseVkey(vkey(signer.name, signer.publicKey));
  return line(signer.name, keyId, await signer.sign(utf8(text)));
}

/** A whole signed note with one signature. */
export async function signWholeNote(signer: NoteSigner, text: string): Promise<string> {
  return `${text}\n${await signNoteLine(signer, text)}\n`;
}

/**
 * Returns a witness's line for a checkpoint's text (C2SP tlog-cosignature): eight bytes of time, then the signature.
 */
export async function cosignLine(signer: NoteSigner, text: string, atSeconds: number): Promise<string> {
  const { keyId } = parseVkey(cosignerVkey(signer.name, signer.publicKey));
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(atSeconds));
  const signature = await signer.sign(utf8(`cosignature/v1\ntime ${atSeconds}\n${text}`));
  return line(signer.name, keyId, concat(time, signature));
}
