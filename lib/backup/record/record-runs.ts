import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import {
  BackupFacts,
  DrillFacts,
  FailureFacts,
  lockUnrecorded,
  noteEntry,
  type Unrecorded,
} from "@/lib/backup/record/store";
import type { AuditContext } from "@/lib/context/context";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { type DbContext, inTransaction } from "@/lib/db/transaction";

/** Maximum number of runs that one call records. The others wait for the next call. */
const MOST = 20;
const MILLI = 1_000;

/** Entries have whole numbers only: seconds become milliseconds. */
function detailsOf({ kind, outcome, facts }: Unrecorded): Record<string, Json> {
  if (outcome === "failed") return { ...FailureFacts.parse(facts) };
  if (kind === "backup") return { ...BackupFacts.parse(facts) };
  const { rpo_s, rto_s, ...found } = DrillFacts.parse(facts);
  return { ...found, rpo_ms: Math.round(rpo_s * MILLI), rto_ms: Math.round(rto_s * MILLI) };
}

/**
 * Records finished backups and drills in the log, each once, also when several portals do it. The command that made a
 * backup has no key that could seal an entry, so a portal records it. Returns how many were recorded.
 */
export async function recordBackupRuns(cx: AuditContext & DbContext): Promise<number> {
  for (let recorded = 0; recorded < MOST; recorded += 1) {
    const found = await inTransaction(cx, async (tx) => {
      const run = await lockUnrecorded(tx, cx.instance.tenantId);
      if (run === undefined) return false;
      const { id } = await appendEntry(tx, cx, {
        class: "admin",
        outcome: run.outcome,
        action: run.kind === "backup" ? "backup.make" : "backup.drill",
        subjects: [`backup:${run.id}`],
        details: detailsOf(run),
      });
      await noteEntry(tx, run.id, id);
      return true;
    });
    if (!found) return recorded;
  }
  return MOST;
}
