import { z } from "zod";
import { fromBase64url } from "@/lib/crypto/bytes";
import { OperatorError } from "@/lib/errors";

// Types that the files of a keystore and its back ends share. This file imports none of them.

export const KEY_BYTES = 32;

/** Returns whether a text is base64url in its only form. */
function isStrict(text: string): boolean {
  try {
    return fromBase64url(text).length > 0;
  } catch {
    return false;
  }
}

const Text = z.string().regex(/^[A-Za-z0-9_-]+$/);
/** Parameters of the key derivation. They are limited, so that a tampered file cannot make a start run out of memory. */
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

/** The record of one backup next to the keystore. It contains no secret. */
export interface Backup {
  readonly id: string;
  readonly root: string;
  readonly threshold: number;
  readonly shares: number;
  readonly check: string;
  readonly made_at: string;
  /** For each share, in the order of their numbers. */
  readonly digests: readonly string[];
  readonly drills: readonly { readonly at: string; readonly shares: readonly number[] }[];
}

/** What a keystore's folder says about the backup of its root key. */
export interface BackupState {
  /** Kid of the current root key. */
  readonly root: string;
  /** False if the record cannot be read. Then it is unknown whether there is a backup. */
  readonly isReadable: boolean;
  /** The newest backup of that root, else the newest of all. Absent when none was made. */
  readonly backup?: Backup;
  readonly isOfCurrentRoot: boolean;
}

export type KeystoreFault =
  | "keystore.missing"
  | "keystore.wrong-unlock"
  | "keystore.damaged"
  | "keystore.unusable"
  /** The key service was slow, failed, gave an invalid answer, or is away. A repetition may succeed. */
  | "keystore.unavailable"
  /** The key service recognises us and refuses. */
  | "keystore.denied"
  /** The key is disabled, deleted or cannot wrap, whatever the service would do with it. */
  | "keystore.disabled"
  /** The wrapped key belongs to another key, was changed, or was wrapped for another keystore. */
  | "keystore.refused";

/**
 * Thrown when the keystore cannot be used. The message is one line for the operator. It names the folder and never a
 * secret.
 */
export class KeystoreError extends OperatorError {
  override readonly name = "KeystoreError";

  constructor(
    readonly code: KeystoreFault,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
