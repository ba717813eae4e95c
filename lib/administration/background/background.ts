/**
 * Background work as administrators see it: the jobs of the portals, what waits, and work that used all its attempts,
 * which they can queue again. It shows no content of an export or a message. lib/jobs/job-report.ts counts the passes.
 */
import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type JobReport, SILENT_MS } from "@/lib/jobs/job-report";
import { type Background, type BackgroundJob, type RetryAnswer, type RetryWork, WorkKind } from "./schema";
import { countWork, listDead, listReports, retryExport, retryMessage } from "./store";

const MOST_DEAD = 100;

/** The later of two times in one form; null is earlier than any. */
function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

/** The reports of all portals on one job. */
function mergeReports(reports: readonly JobReport[]): BackgroundJob[] {
  const byName = new Map<string, BackgroundJob>();
  for (const { name, every_ms, last_at, last_ms, failures, failed_at, failure } of reports) {
    const known = byName.get(name);
    const isNewer = known === undefined || later(known.last_at, last_at) === last_at;
    const last = later(known?.last_at ?? null, last_at);
    byName.set(name, {
      name,
      every_ms,
      processes: (known?.processes ?? 0) + 1,
      last_at: last,
      last_ms: isNewer ? last_ms : known.last_ms,
      next_at: last === null ? null : new Date(Date.parse(last) + every_ms).toISOString(),
      failures: (known?.failures ?? 0) + failures,
      failed_at: later(known?.failed_at ?? null, failed_at),
      failure: later(known?.failed_at ?? null, failed_at) === failed_at ? failure : (known?.failure ?? null),
    });
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns the jobs, the queues and the work that is dead. The read is logged. */
export async function readBackground(cx: Context): Promise<Background> {
  const { tenantId } = cx.instance;
  const since = new Date(cx.clock.nowMs() - SILENT_MS);
  const found = await inSnapshot(cx, async (tx) => ({
    reports: await listReports(tx, tenantId, since),
    counts: await countWork(tx, tenantId),
    dead: await listDead(tx, tenantId, MOST_DEAD),
  }));
  await recordReadOnce(cx, "job.read");
  const none = { waiting: 0, running: 0, dead: 0, oldest_at: null };
  return {
    jobs: mergeReports(found.reports.flat()),
    queues: WorkKind.options.map((kind) => {
      const { oldest_at, ...counts } = found.counts.find((one) => one.kind === kind) ?? { kind, ...none };
      return { ...counts, oldest_at: oldest_at?.toISOString() ?? null };
    }),
    dead: found.dead.map(({ at, ended_at, ...one }) => ({
      ...one,
      at: at.toISOString(),
      ended_at: ended_at?.toISOString() ?? null,
    })),
  };
}

/**
 * Queues work again that used all its attempts: an export for its maker, a message for its recipient. Whether these may
 * still have it is decided again when it is made or sent. Throws `export.not-found`, and
 * `delivery.state` for a message that did not fail or whose webhook was disabled.
 */
export async function retryWork(cx: Context, { kind, id }: RetryWork): Promise<RetryAnswer> {
  const { tenantId } = cx.instance;
  const now = cx.clock.now();
  const entry = await inTransaction(cx, async (tx) => {
    const isQueued =
      kind === "export"
        ? await retryExport(tx, tenantId, id)
        : await retryMessage(tx, tenantId, { id, isMail: kind === "mail", now });
    if (!isQueued) throw new DomainError(kind === "export" ? "export.not-found" : "delivery.state");
    return appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "job.retry",
      subjects: [`tenant:${tenantId}`],
      details: { kind, job: id },
    });
  });
  return { id, receipt: await issueReceipt(cx, entry) };
}
