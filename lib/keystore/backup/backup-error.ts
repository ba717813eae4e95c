import "server-only";

export type BackupFault =
  /** Threshold or number of shares is none that can be made. */
  | "backup.numbers"
  /** What was given is no share, or was mistyped. */
  | "backup.not-a-share"
  | "backup.too-few"
  /** One share was given twice. */
  | "backup.doubled"
  /** Shares of more than one ceremony. */
  | "backup.mixed"
  /** Shares of another keystore. */
  | "backup.foreign"
  /** Shares of a root that the keystore no longer works with. */
  | "backup.older-root"
  /** A share is not the one that was handed out, or the shares give another key. */
  | "backup.tampered"
  /** Shares of a ceremony of which there is no record here. */
  | "backup.unknown"
  /** The record of backups cannot be read. */
  | "backup.damaged"
  /** A share could not be handed out. */
  | "backup.not-delivered"
  /** The shares were handed out, and the record could not be written. */
  | "backup.not-recorded";

/** A backup cannot be made or used; the message is one line for the operator and tells nothing of a share or key. */
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
