import type { Progress } from "@/lib/audit/verify/options";
import type { Report } from "@/lib/audit/verify/report";

// What page and worker say to each other; types only, so that neither carries the other's script.

/** The file to verify, and the text of the checker's own policy file, if he gave one. */
export interface VerifyOrder {
  readonly bundle: Blob;
  readonly policy: string | undefined;
}

export type VerifyNews =
  | { readonly is: "progress"; readonly progress: Progress }
  | { readonly is: "done"; readonly report: Report }
  /** `detail` says in English which member or key is none. */
  | { readonly is: "bad policy"; readonly detail: string }
  /** The browser could not read the file to its end. */
  | { readonly is: "unreadable" };
