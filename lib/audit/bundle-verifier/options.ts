import type { Policy, ReceiptFile } from "./claims/bundle-format";
import type { VerifyTimeStamp } from "./tree/time-stamp";

/** Progress of a verification: `done` of `total` entries, or bytes in the step "files". */
export interface Progress {
  readonly step: "checkpoints" | "entries" | "files" | "faults";
  readonly done: number;
  readonly total: number;
}

/** A receipt to check with the bundle. */
export interface GivenReceipt {
  /** Name of its file, for messages. */
  readonly file?: string | undefined;
  readonly receipt: ReceiptFile;
}

/** Optional input of a verification in addition to the bundle. */
export interface VerifyOptions {
  readonly policy?: Policy;
  readonly receipts?: readonly GivenReceipt[];
  /** The checker's own clock, in microseconds since 1970, to detect times in the future. */
  readonly nowMicros?: bigint;
  /** Verifier of RFC 3161 tokens. Without it tokens are counted and reported as unchecked. */
  readonly verifyTimeStamp?: VerifyTimeStamp;
  /** Called about once for every megabyte read. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the verification with the signal's reason. */
  readonly signal?: AbortSignal;
}
