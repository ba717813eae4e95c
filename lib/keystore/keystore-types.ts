import { z } from "zod";
import { fromBase64url } from "@/lib/crypto/bytes";

// What the files of a keystore and its back ends share; this file imports none of them.

export const KEY_BYTES = 32;

/** Whether a text is base64url in its one form. */
function isStrict(text: string): boolean {
  try {
    return fromBase64url(text).length > 0;
  } catch {
    return false;
  }
}

const Text = z.string().regex(/^[A-Za-z0-9_-]+$/);
/** What the key is made from; bounded, so that a tampered file cannot make a start run out of memory. */
export const Kdf = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("key-file") }),
  z.strictObject({
    kind: z.literal("scrypt"),
    salt: Text.refine(isStrict),
    n: z
      .int()
      .min(2 ** 14)
      .max(2 ** 20),
    r: z.literal(8),
    p: z.literal(1),
  }),
]);
export type Kdf = z.infer<typeof Kdf>;

/** One backup as it is remembered next to the keystore; none of it is secret. */
export interface Backup {
  readonly id: string;
  readonly root: string;
  readonly threshold: number;
  readonly shares: number;
  readonly check: string;
  readonly made_at: string;
  /** Of each share, in the order of their numbers. */
  readonly digests: readonly string[];
  readonly drills: readonly { readonly at: string; readonly shares: readonly number[] }[];
}

/** What a keystore's folder says of the backup of its root key. */
export interface BackupState {
  /** Kid of the root key in use. */
  readonly root: string;
  /** False where there is a record that cannot be read; then nothing is known of a backup. */
  readonly isReadable: boolean;
  /** The newest backup of that root, else the newest of all; absent when none was made. */
  readonly backup?: Backup;
  readonly isOfCurrentRoot: boolean;
}

export type KeystoreFault =
  | "keystore.missing"
  | "keystore.wrong-unlock"
  | "keystore.damaged"
  | "keystore.unusable"
  /** The key service was slow, erred, answered what is not its protocol, or is away: the same again may succeed. */
  | "keystore.unavailable"
  /** The key service knows us and says no. */
  | "keystore.denied"
  /** The key is disabled, deleted or not one that wraps, whatever the service would do with it. */
  | "keystore.disabled"
  /** The wrapped key is another key's, was changed, or was wrapped for another keystore. */
  | "keystore.refused";

/** The keystore cannot be used; the message is one line for the operator and names the folder, never a secret. */
export class KeystoreError extends Error {
  override readonly name = "KeystoreError";

  constructor(
    readonly code: KeystoreFault,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
