import type { EvidenceReport } from "@/lib/audit/bundle-verifier/evidence/verify-evidence";
import type { Progress } from "@/lib/audit/bundle-verifier/options";
import type { GivenPromise, NoPromise } from "@/lib/audit/bundle-verifier/receipts/verify-receipt";
import type { Report } from "@/lib/audit/bundle-verifier/report/report";
import type { Keeping } from "@/lib/audit/bundle-verifier/tree/keep-checkpoint";

// The messages between the page and the worker. This file has types only, so that neither script contains the other.

/** A small file as it was read, or a pasted text, with the name that is shown for it. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** The file to verify, the reader's own policy file, if given, and receipts to check against the bundle. */
export interface VerifyOrder {
  readonly bundle: Blob;
  readonly policy: NamedText | undefined;
  /** The policy is made of the keys that this portal publishes. */
  readonly isPublished: boolean;
  readonly receipts: readonly NamedText[];
}

/** What a file that cannot be checked seems to be. */
export type OtherFile = "pdf" | "json" | "unknown";

export type VerifyNews =
  | { readonly is: "progress"; readonly progress: Progress }
  /** `keeping`: the policy file with the bundle's checkpoint in it; undefined without a policy. */
  | { readonly is: "done"; readonly report: Report; readonly keeping: Keeping | undefined }
  /** The file was evidence of opened values, not a bundle. */
  | { readonly is: "evidence"; readonly report: EvidenceReport }
  /** The file was a receipt. Without keys its signature cannot be checked. */
  | { readonly is: "receipt"; readonly promise: GivenPromise | NoPromise | undefined }
  /** It is none of the files that this page checks; `seems` is what it looks like. */
  | { readonly is: "other file"; readonly seems: OtherFile; readonly detail: string }
  /** `detail` says in English which member or key is invalid. */
  | { readonly is: "bad policy"; readonly detail: string }
  | { readonly is: "bad receipt"; readonly name: string; readonly detail: string }
  /** The browser could not read the file to its end. */
  | { readonly is: "unreadable" };
