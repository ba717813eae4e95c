import "server-only";
import type { DbContext } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { appendEntry } from "../append-entry";
import type { AuditContext } from "../audit-context";
import type { AuditEvent } from "../event";
import { mergeReports } from "./merge-reports";
import { lockUnrecorded, noteEntry, type Unrecorded } from "./store";

/** Records of one call; more wait for the next. */
const MOST = 20;

function eventOf(verification: Unrecorded): AuditEvent {
  const { id, cause, state } = verification;
  const report = verification.report && mergeReports(verification.report, verification.index_report);
  const subjects = [`verification:${id}`];
  const event = { class: "log", action: "audit.verify", subjects } as const;
  if (verification.start_entry_id === null) return { ...event, outcome: "intent", details: { cause } };
  if (report === null) return { ...event, outcome: "failed", details: { cause, state } };
  const { verdict, entries, size, first_bad } = report;
  const classes = [...new Set(report.findings.map((finding) => finding.class))].sort();
  const details = { cause, verdict, entries, size, classes, ...(first_bad === null ? {} : { first_bad }) };
  return { ...event, outcome: verdict === "sound" ? "done" : "failed", details };
}

/**
 * Writes the beginning and the end of verifications into the log, each once, however many portals do it. The worker,
 * which verifies, holds no key that could seal an entry; the end is `failed` when something is wrong.
 */
export async function recordVerifications(cx: AuditContext & DbContext): Promise<number> {
  for (let recorded = 0; recorded < MOST; recorded += 1) {
    const found = await inTransaction(cx, async (tx) => {
      const verification = await lockUnrecorded(tx, cx.instance.tenantId);
      if (verification === undefined) return false;
      const { id } = await appendEntry(tx, cx, eventOf(verification));
      const which = verification.start_entry_id === null ? "start_entry_id" : "end_entry_id";
      await noteEntry(tx, verification.id, which, id);
      return true;
    });
    if (!found) return recorded;
  }
  return MOST;
}
