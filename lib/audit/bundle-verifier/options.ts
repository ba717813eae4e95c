import type { Policy, ReceiptFile } from "./claims/bundle-format";
import type { VerifyTimeStamp } from "./tree/time-stamp";

/** What a verification is at: `done` of `total` are entries, in the step "files" bytes. */
export interface Progress {
  readonly step: "checkpoints" | "entries" | "files" | "faults";
  readonly done: number;
  readonly total: number;
}

/** A receipt to be held against the bundle. */
export interface GivenReceipt {
  /** Name of the file it was in, for what is said of it. */
  readonly file?: string | undefined;
  readonly receipt: ReceiptFile;
}

/** What a verification may be given beside the bundle. */
export interface VerifyOptions {
  readonly policy?: Policy;
  readonly receipts?: readonly GivenReceipt[];
  /** The checker's own clock, in microseconds since 1970, to tell times that lie in the future. */
  readonly nowMicros?: bigint;
  /** Verifier of RFC 3161 tokens; without one they are counted and said to be unchecked. */
  readonly verifyTimeStamp?: VerifyTimeStamp;
  /** Called about once for every megabyte that was read. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the verification with the signal's reason. */
  readonly signal?: AbortSignal;
}
