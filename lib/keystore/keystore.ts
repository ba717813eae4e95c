// The keystore: private keys and secrets of one process, sealed in a folder. open-keystore.ts opens it. files/ stores
// it, roots/ wraps its root key (file, AWS KMS, PKCS#11, Transit), backup/ divides the root key into shares, and token/
// has keys that live in a PKCS#11 token. Private keys never leave the keystore, and opened keys are zeroed.
import "server-only";
import type { BackupState } from "@/lib/keystore/keystore-types";
import type { OpenedKeyFigures } from "@/lib/keystore/opened-keys";

/** What a sealed private key is for. Each purpose has its own key-encryption key (crypto.md "Keys"). */
export type KeyPurpose = "participant" | "escrow" | "log" | "receipt" | "custodian";

export type ServiceState = "up" | "late" | "down";

/** A sealed private key with all values of its associated data. */
export interface KeyRef {
  readonly purpose: KeyPurpose;
  /** Participant id. For other purposes the origin or key name that the key belongs to. */
  readonly participant: string;
  readonly version: number;
  readonly publicKey: Uint8Array;
  readonly blob: Uint8Array;
  /** Id of the key-encryption key that sealed the blob. */
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

/** Owner and purpose of the key pair to make. */
export type KeyOwner = Pick<KeyRef, "purpose" | "participant" | "version">;

/** A key pair whose private key is sealed, or stays in a token. */
export type NewKeyPair = Pick<KeyRef, "publicKey" | "blob" | "kek">;

/** Result of a comparison of a token with the rows. */
export interface ResidentSweep {
  /** Keys of failed registrations, now destroyed. */
  readonly destroyed: number;
  /** Keys of this keystore in the token that neither a row nor the keystore's own notes name. They are not changed. */
  readonly unknown: number;
  /** Keys that a row names but the token does not have. */
  readonly missing: number;
}

/**
 * Uses the key-encryption keys. A root custody opens them: a key file or passphrase, AWS KMS, a PKCS#11 token or Transit.
 * Main files: open-keystore.ts, files/, roots/ (custodies), backup/ (shares), token/ (PKCS#11). Private keys never leave
 * the keystore: it derives, signs and seals. Participants' keys may instead be made in a PKCS#11 token; then their blob
 * names the object.
 */
export interface Keystore {
  readonly id: string;
  /**
   * State of the key service: late while a failure is tolerated, or while the token with participants' keys is away; down
   * without keys; undefined if there is no service.
   */
  serviceState(): ServiceState | undefined;
  /** How long the keys that a key service lent remain valid, in milliseconds; undefined if there is no service. */
  leaseMs(): number | undefined;
  /**
   * Throws `service.keystore-unavailable` now, after one attempt to renew, if a use would. Call it before an act that
   * cannot be undone.
   */
  requireKeys(): Promise<void>;
  /**
   * Seals participants' keys, or unseals them. While they are sealed, their key-encryption key is zeroed and every use of
   * it throws `service.sealed`; the process's own keys and the log's go on. Unsealing opens it through the root's custody.
   */
  setSealed(isSealed: boolean): Promise<void>;
  /** Throws `service.sealed` while participants' keys are sealed. */
  requireUnsealed(): void;
  /** Returns the id of the key-encryption key that seals new blobs of this purpose. */
  kekId(purpose: KeyPurpose): string;
  /**
   * Returns a fresh X25519 key pair: sealed, or made in the token if participants' keys are resident. `sweepResident`
   * destroys a resident key that gets no row.
   */
  createKeyPair(owner: KeyOwner): Promise<NewKeyPair>;
  /**
   * Returns after a token destroyed a resident key for good. A repetition succeeds too. A sealed key is destroyed by
   * erasing its blob, so this does nothing for it.
   */
  destroyPrivateKey(ref: KeyRef): Promise<void>;
  /**
   * Compares the token with the ids in rows (bytes 2 to 17 of resident blobs, read when it is called), and destroys keys
   * whose registration failed. It works only when it is due, so call it often. Returns undefined when it is not due or no
   * token is set.
   */
  sweepResident(readNamed: () => Promise<readonly Uint8Array[]>): Promise<ResidentSweep | undefined>;
  sealPrivateKey(key: NewPrivateKey): { readonly blob: Uint8Array; readonly kek: string };
  /**
   * Returns the X25519 shared secret of the sealed key and an ephemeral public key. A participant's key stays opened for
   * a while, so the caller reads its state in the transaction that uses it.
   */
  derive(ref: KeyRef, epk: Uint8Array): Promise<Uint8Array>;
  /** Zeroes a participant's opened key. Call it when the key's state allows no further use. */
  forget(key: Pick<KeyRef, "participant" | "version">): void;
  /** Returns counts of opened keys, of openings that one saved, and of zeroed keys by reason. */
  openedKeys(): OpenedKeyFigures;
  /** Ed25519 signature by the sealed seed. */
  sign(ref: KeyRef, message: Uint8Array): Promise<Uint8Array>;
  /** The same without waiting for the key service, for an act whose steps nothing may come between. */
  signNow(ref: KeyRef, message: Uint8Array): Uint8Array;
  /** Seals a secret other than a key pair (compartment keys, document keys). Opening needs the same `context`. */
  sealSecret(context: string, secret: Uint8Array): Uint8Array;
  openSecret(context: string, sealed: Uint8Array): Uint8Array;
  /** Returns the record of the backup of its root key. */
  readBackup(): BackupState;
  /** Returns a key that the keystore stores under a name, e.g. `receipt`. */
  readNamedKey(name: string): KeyRef | undefined;
  /** Stores a key under a name. Refuses to replace one. */
  writeNamedKey(name: string, ref: KeyRef): void;
  /** Removes a named key for good. A missing one is not an error. */
  removeNamedKey(name: string): void;
  /** Ends the process that communicates with a token, if one runs. The next use of a resident key starts another. */
  close(): void;
}
