import type { AccessLogItem } from "@/lib/audit/reading/access-logs";

/** What one line of the accesses shows. `asked`: a proof had grown old, so the portal asked for a fresh one. */
export type AccessKind = "opened" | "masked" | "copied" | "refused" | "asked" | "read" | "rewrapped";

export function accessKind({ action, success, error, level }: AccessLogItem): AccessKind {
  if (!success) return error === "auth.step-up" ? "asked" : "refused";
  if (action === "disclosure.copy") return "copied";
  if (action === "disclosure.rewrap") return "rewrapped";
  if (action !== "disclosure.open") return "read";
  return level === "masked" ? "masked" : "opened";
}
