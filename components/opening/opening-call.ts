import type { GrantDetail } from "@/lib/access/grants/schema";

/** Returns the name of the call by which people of this role open fields. Auditors and regulators have their own. */
export function openingCallOf(role: string): "access" | "audit" {
  return role === "auditor" || role === "regulator" ? "audit" : "access";
}

/** Returns whether all fields of a grant are masked, so that it opens none in full. */
export function isMaskedOnly({
  fields,
  masked_fields: masked,
}: Pick<GrantDetail, "fields" | "masked_fields">): boolean {
  return fields.every((one) => masked.includes(one));
}

/** Returns whether a page offers to open fields under this grant. The dialog shows a later refusal. */
export function mayBeOpened({ state, level, acts }: Pick<GrantDetail, "state" | "level" | "acts">): boolean {
  return state === "active" && level !== "metadata" && acts.includes("open");
}
