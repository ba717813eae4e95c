import type { NoticeInstrument, NoticeMode } from "@/lib/access/notices/schema";
import type { Purpose } from "@/lib/vocabulary";

/** Instruments for which notice can be an offence. */
const SILENT: readonly NoticeInstrument[] = ["statutory_demand", "audit_mandate"];

/**
 * Returns whether participants get notice of a disclosure by default, until a person sets it otherwise (access.md
 * "Release"). Not for statutory demands and audit mandates, and not for the purpose compliance, where suspicion is
 * investigated. Pure.
 */
export function defaultNotice(kind: NoticeInstrument, purpose: Purpose): NoticeMode {
  return SILENT.includes(kind) || purpose === "compliance" ? "none" : "queued";
}
