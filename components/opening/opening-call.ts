import type { GrantDetail } from "@/lib/access/grants/schema";

/** The call by which people of this role open: auditors and regulators have their own. */
export function openingCallOf(role: string): "access" | "audit" {
  return role === "auditor" || role === "regulator" ? "audit" : "access";
}

/** Whether a grant shows masks only, so that nothing is opened under it. */
export function isMaskedOnly({
  fields,
  masked_fields: masked,
}: Pick<GrantDetail, "fields" | "masked_fields">): boolean {
  return fields.every((one) => masked.includes(one));
}

/** Whether a page shows the way to open under this grant. A dialog shows what may still refuse it. */
export function mayBeOpened({ state, level, acts }: Pick<GrantDetail, "state" | "level" | "acts">): boolean {
  return state === "active" && level !== "metadata" && acts.includes("open");
}
