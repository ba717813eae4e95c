import type { GroupName } from "@/lib/vocabulary";

/** One of the reader's grants for the transaction. */
export interface GrantRoute {
  readonly id: string;
  readonly reference: string;
  readonly purpose: string;
  readonly fields: readonly GroupName[];
  readonly maskedFields: readonly GroupName[];
  readonly level: string;
  readonly until: string;
  /** In force, with views left, at the moment the page was made. */
  readonly isUsable: boolean;
  readonly viewsLeft: number;
  readonly exportsLeft: number;
}

/** How the reader may open fields here: as a party, under a grant, by a program of their own, or not at all. */
export type OpeningRoute =
  | { readonly kind: "own"; readonly purposes: readonly string[] }
  | {
      readonly kind: "grant";
      /** Auditors and regulators open by another call than staff. */
      readonly via: "access" | "audit";
      readonly grants: readonly GrantRoute[];
    }
  /** A party whose own program holds the key: no page can open the fields. */
  | { readonly kind: "held"; readonly keyId: string }
  | { readonly kind: "none" };
