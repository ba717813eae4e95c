import "server-only";
import { hostname } from "node:os";
import { z } from "zod";
import type { Clock } from "@/lib/clock";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";

/** The report of one process about one of its background jobs. */
export const JobReport = z.object({
  name: z.string(),
  /** The period between two passes, in milliseconds. */
  every_ms: z.number(),
  last_at: z.iso.datetime().nullable(),
  last_ms: z.number().nullable(),
  /** Number of passes that failed since the process began, and the time of the last failure. */
  failures: z.number(),
  failed_at: z.iso.datetime().nullable(),
  /** The name of the failure, never its text. */
  failure: z.string().nullable(),
});
export type JobReport = z.infer<typeof JobReport>;

/** Names of rows of process_heartbeat that contain reports begin with this. The process follows. */
export const REPORT_PREFIX = "jobs of ";
/** A process that has not reported for this long counts as ended. */
export const SILENT_MS = 60_000;

/** The passes of this process's jobs since it began. */
export class JobReports {
  readonly #jobs = new Map<string, JobReport>();

  constructor(private readonly clock: Clock) {}

  /** Returns a function that runs the pass and records its start, duration and failure. */
  counted<T>(name: string, everyMs: number, pass: () => Promise<T>): () => Promise<T> {
    const none = { last_at: null, last_ms: null, failures: 0, failed_at: null, failure: null };
    this.#jobs.set(name, { name, every_ms: everyMs, ...none });
    return async () => {
      const begun = this.clock.nowMs();
      try {
        return await pass();
      } catch (error) {
        const failure = error instanceof Error ? error.name : "unknown";
        const failed_at = this.clock.now().toISOString();
        this.#note(name, ({ failures }) => ({ failures: failures + 1, failed_at, failure }));
        throw error;
      } finally {
        const last_at = new Date(begun).toISOString();
        this.#note(name, () => ({ last_at, last_ms: this.clock.nowMs() - begun }));
      }
    };
  }

  #note(name: string, change: (job: JobReport) => Partial<JobReport>): void {
    const job = this.#jobs.get(name);
    if (job !== undefined) this.#jobs.set(name, { ...job, ...change(job) });
  }

  /** Returns the reports of all jobs. */
  list(): JobReport[] {
    return [...this.#jobs.values()];
  }
}

/** Stores the reports of this process for the page of background work, and removes those of processes that have ended. */
export async function storeReports(
  cx: DbContext & { readonly clock: Clock },
  reports: JobReports,
): Promise<void> {
  const { tenantId } = cx.instance;
  const at = cx.clock.now();
  const name = `${REPORT_PREFIX}${hostname()} ${process.pid}`;
  const row = { tenant_id: tenantId, at, details: { jobs: reports.list() } };
  await inTransaction(cx, async (tx: Tx) => {
    await tx.process_heartbeat.upsert({
      where: { tenant_id_name: { tenant_id: tenantId, name } },
      create: { name, ...row },
      update: row,
      select: { name: true },
    });
    await tx.process_heartbeat.deleteMany({
      where: { name: { startsWith: REPORT_PREFIX }, at: { lt: new Date(at.getTime() - 10 * SILENT_MS) } },
    });
  });
}
