import type { AccessLogItem } from "@/lib/audit/reading/access-logs";

/** What one line of the accesses tells. `asked`: a proof had grown old; whoever gave a fresh one went on. */
export type AccessKind = "opened" | "copied" | "refused" | "asked" | "read" | "rewrapped";

export function accessKind({ action, success, error }: AccessLogItem): AccessKind {
  if (!success) return error === "auth.step-up" ? "asked" : "refused";
  if (action === "disclosure.copy") return "copied";
  if (action === "disclosure.rewrap") return "rewrapped";
  return action === "disclosure.open" ? "opened" : "read";
}
