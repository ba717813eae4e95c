import type { Progress } from "@/lib/audit/bundle-verifier/options";
import type { Report } from "@/lib/audit/bundle-verifier/report/report";
import type { Keeping } from "@/lib/audit/bundle-verifier/tree/keep-checkpoint";

// What page and worker say to each other; types only, so that neither carries the other's script.

/** A small file as it was read, or a text that was put in by hand, under the name by which it is spoken of. */
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

export type VerifyNews =
  | { readonly is: "progress"; readonly progress: Progress }
  /** `keeping`: the policy file with the bundle's checkpoint in it; undefined without a policy. */
  | { readonly is: "done"; readonly report: Report; readonly keeping: Keeping | undefined }
  /** `detail` says in English which member or key is invalid. */
  | { readonly is: "bad policy"; readonly detail: string }
  | { readonly is: "bad receipt"; readonly name: string; readonly detail: string }
  /** The browser could not read the file to its end. */
  | { readonly is: "unreadable" };
