import "server-only";
import type { BackupState } from "@/lib/keystore/keystore-types";
import type { OpenedKeyFigures } from "@/lib/keystore/opened-keys";

/** What a sealed private key is for; each purpose has a key-encryption key of its own (crypto.md "Keys"). */
export type KeyPurpose = "participant" | "escrow" | "log" | "receipt" | "custodian";

export type ServiceState = "up" | "late" | "down";

/** A private key as it stands at rest, with all its associated data names. */
export interface KeyRef {
  readonly purpose: KeyPurpose;
  /** Participant id; for the other purposes the origin or key name the key belongs to. */
  readonly participant: string;
  readonly version: number;
  readonly publicKey: Uint8Array;
  readonly blob: Uint8Array;
  /** Id of the key-encryption key the blob is sealed under. */
  readonly kek: string;
}

/** A private key about to be sealed. */
export interface NewPrivateKey {
  readonly purpose: KeyPurpose;
  readonly participant: string;
  readonly version: number;
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** Whose key pair is to be made. */
export type KeyOwner = Pick<KeyRef, "purpose" | "participant" | "version">;

/** A key pair whose private half is sealed, or stays in a token. */
export type NewKeyPair = Pick<KeyRef, "publicKey" | "blob" | "kek">;

/** What a comparison of a token with the rows came to. */
export interface ResidentSweep {
  /** Keys of registrations that never came to be, now destroyed. */
  readonly destroyed: number;
  /** Keys of this keystore in the token that neither a row nor the keystore's own notes name; they are left alone. */
  readonly unknown: number;
  /** Keys that a row names and the token does not have. */
  readonly missing: number;
}

/**
 * Who holds the key-encryption keys. What opens them is a root custody (custody.ts): a key file or passphrase, AWS KMS,
 * a PKCS#11 token or Transit. Private keys leave it never: it derives, signs and seals. Keys
 * of participants may lie in a PKCS#11 token instead, made there: then their blob names the object.
 */
export interface Keystore {
  readonly id: string;
  /**
   * How it stands with the key service: late while it is borne, or while the token with participants' keys is away; down
   * without keys; undefined where there is none.
   */
  serviceState(): ServiceState | undefined;
  /**
   * Throws `service.keystore-unavailable` now, after one attempt to renew, where a use would: call it before what cannot
   * be taken back.
   */
  requireKeys(): Promise<void>;
  /** Id of the key-encryption key that new blobs of this purpose are sealed under. */
  kekId(purpose: KeyPurpose): string;
  /**
   * A fresh X25519 key pair, sealed, or made in the token where participants' keys are resident. A resident key of which no
   * row comes to be is destroyed by `sweepResident`.
   */
  createKeyPair(owner: KeyOwner): Promise<NewKeyPair>;
  /**
   * Returns when a token has destroyed a resident key for good; the second time, too. A sealed key is destroyed by erasing
   * its blob: nothing is done here.
   */
  destroyPrivateKey(ref: KeyRef): Promise<void>;
  /**
   * Compares the token with the ids that rows name (bytes 2 to 17 of resident blobs; read when it is called), and destroys
   * what was made for rows that never came to be: when it is due, so call it often. Undefined when it is not, and where no
   * token is set.
   */
  sweepResident(readNamed: () => Promise<readonly Uint8Array[]>): Promise<ResidentSweep | undefined>;
  sealPrivateKey(key: NewPrivateKey): { readonly blob: Uint8Array; readonly kek: string };
  /**
   * X25519 shared secret of the sealed key and an ephemeral public key. A participant's key is kept opened for a while,
   * so the caller reads its state in the transaction that uses it.
   */
  derive(ref: KeyRef, epk: Uint8Array): Promise<Uint8Array>;
  /** Zeroes what is kept opened of a participant's key; to be called when its state allows nothing any more. */
  forget(key: Pick<KeyRef, "participant" | "version">): void;
  /** How many opened keys are kept, how often one spared an opening, and why others were zeroed. */
  openedKeys(): OpenedKeyFigures;
  /** Ed25519 signature by the sealed seed. */
  sign(ref: KeyRef, message: Uint8Array): Promise<Uint8Array>;
  /** Lends the Ed25519 seed for one call to the functions of lib/crypto that build whole signed formats. */
  withSeed<T>(ref: KeyRef, fn: (seed: Uint8Array) => T): T;
  /** Seals a secret that is no key pair (compartment keys, document keys); `context` must be given again to open. */
  sealSecret(context: string, secret: Uint8Array): Uint8Array;
  openSecret(context: string, sealed: Uint8Array): Uint8Array;
  /** What is on record of the backup of its root key. */
  readBackup(): BackupState;
  /** A key kept in the keystore itself under a name, e.g. `receipt`. */
  readNamedKey(name: string): KeyRef | undefined;
  /** Keeps a key under a name; refuses to replace one. */
  writeNamedKey(name: string, ref: KeyRef): void;
  /** Removes a named key for good; one that is not there is no error. */
  removeNamedKey(name: string): void;
  /** Ends the process that speaks with a token, where one runs; the next use of a resident key starts another. */
  close(): void;
}
