import type { GrantDetail } from "@/lib/access/grants/schema";
import type { GroupName } from "@/lib/vocabulary";

const OVER: readonly GrantDetail["state"][] = ["revoked", "expired", "exhausted"];

/** How far a grant reaches one field: its glyph, and the key of its words in `grants.fields`. */
export interface FieldReach {
  readonly state: "sealed" | "masked" | "opened";
  readonly words: "others" | "masked" | "full" | "maskedOver" | "fullOver";
}

/** A grant that has ended reaches nothing: what it reached is told as past, and shown sealed. */
export function fieldReach(
  grant: Pick<GrantDetail, "state" | "fields" | "masked_fields">,
  group: GroupName,
): FieldReach {
  if (!grant.fields.includes(group)) return { state: "sealed", words: "others" };
  const isMasked = grant.masked_fields.includes(group);
  if (OVER.includes(grant.state)) return { state: "sealed", words: isMasked ? "maskedOver" : "fullOver" };
  return isMasked ? { state: "masked", words: "masked" } : { state: "opened", words: "full" };
}
