import "server-only";
import type { AuditContext } from "@/lib/context/context";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";
import type { AuditEvent } from "../entry/event";
import { appendEntry } from "../record/append-entry";
import { mergeReports } from "./merge-reports";
import { recordedEnds, reportDigest } from "./recorded-end";
import { lockUnrecorded, noteEntry, type Unrecorded } from "./store";

/** Records of one call; more wait for the next. */
const MOST = 20;

function eventOf(verification: Unrecorded): AuditEvent {
  const { id, cause, state } = verification;
  const report = verification.report && mergeReports(verification.report, verification.index_report);
  const subjects = [`verification:${id}`];
  const event = { class: "log", action: "audit.verify", subjects } as const;
  if (verification.start_entry_id === null) return { ...event, outcome: "intent", details: { cause } };
  const digest = reportDigest(verification);
  if (report === null) return { ...event, outcome: "failed", details: { cause, state, report: digest } };
  const { verdict, entries, size, first_bad } = report;
  const classes = [...new Set(report.findings.map((finding) => finding.class))].sort();
  const first = first_bad === null ? {} : { first_bad };
  const details = { cause, verdict, entries, size, classes, ...first, report: digest };
  return { ...event, outcome: verdict === "sound" ? "done" : "failed", details };
}

/**
 * Writes the entry and returns its id. An end that is already in the log is not written again, even if its row has
 * changed.
 */
async function recordOnce(
  cx: AuditContext,
  tx: Tx,
  verification: Unrecorded,
  which: "start_entry_id" | "end_entry_id",
): Promise<string> {
  const ends = which === "end_entry_id" ? await recordedEnds(cx, tx, verification.started_at) : undefined;
  return ends?.get(verification.id)?.entryId ?? (await appendEntry(tx, cx, eventOf(verification))).id;
}

/**
 * Records the beginning and the end of verifications in the log, each once, also when several portals do it. The
 * worker, which verifies, has no key that could seal an entry. The end is `failed` when a check failed. It binds the
 * report by its digest, so that a report that is changed later is shown as changed (list-verifications.ts).
 */
export async function recordVerifications(cx: AuditContext & DbContext): Promise<number> {
  for (let recorded = 0; recorded < MOST; recorded += 1) {
    const found = await inTransaction(cx, async (tx) => {
      const verification = await lockUnrecorded(tx, cx.instance.tenantId);
      if (verification === undefined) return false;
      const which = verification.start_entry_id === null ? "start_entry_id" : "end_entry_id";
      await noteEntry(tx, verification.id, which, await recordOnce(cx, tx, verification, which));
      return true;
    });
    if (!found) return recorded;
  }
  return MOST;
}
