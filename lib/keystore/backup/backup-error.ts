import "server-only";

export type BackupFault =
  /** Threshold or number of shares is not possible. */
  | "backup.numbers"
  /** The input is not a share, or was mistyped. */
  | "backup.not-a-share"
  | "backup.too-few"
  /** One share was given twice. */
  | "backup.doubled"
  /** Shares of more than one ceremony. */
  | "backup.mixed"
  /** Shares of another keystore. */
  | "backup.foreign"
  /** Shares of a root that the keystore no longer uses. */
  | "backup.older-root"
  /** A share is not the one that was issued, or the shares give another key. */
  | "backup.tampered"
  /** Shares of a ceremony without a record here. */
  | "backup.unknown"
  /** The record of backups cannot be read. */
  | "backup.damaged"
  /** A share could not be issued. */
  | "backup.not-delivered"
  /** The shares were issued, but the record could not be written. */
  | "backup.not-recorded";

/**
 * Thrown when a backup cannot be made or used. The message is one line for the operator and reveals nothing of a share or
 * key.
 */
export class BackupError extends Error {
  override readonly name = "BackupError";

  constructor(
    readonly code: BackupFault,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
