import "server-only";
import type { Pool } from "pg";
import { z } from "zod";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Running, Statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";

const Count = z.int().min(0);

/** What is stored about a backup. */
export const BackupFacts = z.object({
  backup: z.string(),
  method: z.string(),
  bytes: Count,
  sha256: z.string(),
  log_size: Count,
  checkpoint: Count.nullable(),
  verified: z.enum(["opened", "digest"]),
  removed: z.array(z.string()),
});
export type BackupFacts = z.infer<typeof BackupFacts>;

/** What is stored about a drill. Times are in seconds. */
export const DrillFacts = z.object({
  backup: z.string(),
  log_size: Count,
  checkpoint: Count,
  root: z.string(),
  pages: Count,
  opened: z.boolean(),
  recovered: Count,
  erased_again: Count,
  rpo_s: z.number().min(0),
  rto_s: z.number().min(0),
});
export type DrillFacts = z.infer<typeof DrillFacts>;

/** Why a command failed, as the operator saw it. */
export const FailureFacts = z.object({ reason: z.string().max(500) });

/** A backup or drill that has ended. */
export interface FinishedRun {
  readonly tenantId: string;
  readonly kind: "backup" | "drill";
  readonly outcome: "done" | "failed";
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly facts: BackupFacts | DrillFacts | z.infer<typeof FailureFacts>;
}

/** Stores what a command found, with the owner's login. A portal writes its entry within a minute. */
export async function insertRun(owner: Pool, run: FinishedRun): Promise<void> {
  const { tenantId, kind, outcome, startedAt, finishedAt, facts } = run;
  await owner.query(
    `INSERT INTO backup_run (id, tenant_id, kind, outcome, started_at, finished_at, facts)
     VALUES ($1, $2, $3, $4, $5, greatest($5::timestamptz, $6::timestamptz), $7::jsonb)`,
    [uuidv7(finishedAt.getTime()), tenantId, kind, outcome, startedAt, finishedAt, JSON.stringify(facts)],
  );
}

const Newest = z.object({
  kind: z.enum(["backup", "drill"]),
  outcome: z.enum(["done", "failed"]),
  finished_at: z.date(),
  facts: z.unknown(),
});

/** Not made with `statement`, because its module imports Prisma. The operator's command runs this query on a plain pg connection. */
const NEWEST: Statement<string, unknown> = {
  name: "",
  text: `SELECT r.kind, r.outcome, r.finished_at, r.facts
    FROM (VALUES ('backup', 'done'), ('backup', 'failed'), ('drill', 'done'), ('drill', 'failed')) w (kind, outcome)
      CROSS JOIN LATERAL (SELECT * FROM backup_run b WHERE b.tenant_id = $1::uuid
        AND b.kind = w.kind AND b.outcome = w.outcome ORDER BY b.finished_at DESC LIMIT 1) r`,
  values: (tenantId) => [tenantId],
};

/** Returns the newest run of each kind and outcome. */
export async function selectNewest({ run }: Running, tenantId: string): Promise<z.infer<typeof Newest>[]> {
  return z.array(Newest).parse(await run(NEWEST, tenantId));
}

const Unrecorded = Newest.extend({ id: z.string(), started_at: z.date() });
export type Unrecorded = z.infer<typeof Unrecorded>;

/** Returns one run whose entry is not in the log yet, locked for this transaction; undefined if there is none. */
export async function lockUnrecorded(tx: Tx, tenantId: string): Promise<Unrecorded | undefined> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT id::text, kind, outcome, started_at, finished_at, facts FROM backup_run
    WHERE tenant_id = ${tenantId}::uuid AND entry_id IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`;
  return z.array(Unrecorded).parse(rows)[0];
}

/** Stores which log entry records a run. */
export async function noteEntry(tx: Tx, id: string, entryId: string): Promise<void> {
  await tx.backup_run.update({ where: { id }, data: { entry_id: entryId }, select: { id: true } });
}
