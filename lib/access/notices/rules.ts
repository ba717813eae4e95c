import type { NoticeInstrument, NoticeMode } from "@/lib/access/notices/schema";
import type { Purpose } from "@/lib/vocabulary";

/** Instruments of which notice can be an offence. */
const SILENT: readonly NoticeInstrument[] = ["statutory_demand", "audit_mandate"];

/**
 * Whether those whose data were disclosed are told, until somebody sets it otherwise (access.md "Release"): not of
 * statutory demands and audit mandates, nor of anything done for compliance, where suspicion is looked into. Pure.
 */
export function defaultNotice(kind: NoticeInstrument, purpose: Purpose): NoticeMode {
  return SILENT.includes(kind) || purpose === "compliance" ? "none" : "queued";
}
