import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import { Moment } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { RunState } from "./schema";

const Kind = z.enum(["dry_run", "replay"]);
export type RunKind = z.infer<typeof Kind>;

/** What a run is about; only a dry run has a set. */
const About = z.object({
  id: z.string(),
  kind: Kind,
  set_id: z.string().nullable(),
  document_digest: z.string().nullable(),
  base_number: z.number().nullable(),
  /** The period of a replay. */
  question: z.object({ from: z.string().optional(), to: z.string().optional() }),
  asked_by: z.string(),
  created_at: Moment,
});

const Row = About.extend({
  state: RunState,
  done: z.number(),
  total: z.number(),
  result: z.unknown(),
  error: z.string().nullable(),
  started_at: Moment.nullable(),
  finished_at: Moment.nullable(),
});
export type RunRow = z.infer<typeof Row>;

const COLUMNS = {
  ...{ id: true, kind: true, set_id: true, document_digest: true, base_number: true, question: true },
  ...{ asked_by: true, created_at: true, state: true, done: true, total: true, result: true, error: true },
  ...{ started_at: true, finished_at: true },
} as const;

/** A run as it is asked for. */
export type NewRun = Pick<
  z.infer<typeof About>,
  "id" | "kind" | "set_id" | "document_digest" | "base_number"
> & {
  readonly question: z.infer<typeof About>["question"];
  readonly askedBy: string;
  readonly at: Date;
};

export async function insertRun(tx: Tx, tenantId: string, run: NewRun): Promise<void> {
  const { askedBy, at, ...about } = run;
  await tx.policy_run.createMany({
    data: [{ ...about, tenant_id: tenantId, asked_by: askedBy, created_at: at }],
  });
}

/** Returns how many runs of this kind wait or run; of one set where it is given. Two callers count one after the other. */
export async function countOpenRuns(
  tx: Tx,
  tenantId: string,
  which: { readonly kind: RunKind; readonly set_id?: string },
): Promise<number> {
  await tx.$queryRaw(
    Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`policy runs:${tenantId}`}, 0))::text`,
  );
  return tx.policy_run.count({
    where: { tenant_id: tenantId, ...which, state: { in: ["queued", "running"] } },
  });
}

export async function findRun(
  tx: Tx,
  tenantId: string,
  which: { readonly id: string; readonly kind: RunKind },
): Promise<RunRow | undefined> {
  const row = await tx.policy_run.findFirst({ where: { tenant_id: tenantId, ...which }, select: COLUMNS });
  return row === null ? undefined : Row.parse(row);
}

/** Returns the newest dry runs of a set; each result is null. */
export async function listRuns(tx: Tx, setId: string, limit: number): Promise<RunRow[]> {
  const { result: _, ...columns } = COLUMNS;
  const rows = await tx.policy_run.findMany({
    where: { set_id: setId, kind: "dry_run" },
    orderBy: { id: "desc" },
    take: limit,
    select: columns,
  });
  return rows.map((row) => Row.parse({ ...row, result: null }));
}

/** Ends a run on a person's request; false where it had ended already. */
export async function cancelRun(tx: Tx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.policy_run.updateMany({
    where: { id, state: { in: ["queued", "running"] } },
    data: { state: "cancelled", finished_at: at, lease_until: null },
  });
  return count === 1;
}

const Claimed = About.extend({ attempt: z.number() });
/** A run that this process makes, by the number of its attempt. */
export type ClaimedRun = z.infer<typeof Claimed>;
export type RunHold = Pick<ClaimedRun, "id" | "attempt">;

export interface Lease {
  readonly now: Date;
  readonly until: Date;
}

/** Claims the oldest run that waits, or whose portal has not renewed its lease. */
export async function claimRun(
  tx: Tx,
  tenantId: string,
  { now, until }: Lease,
): Promise<ClaimedRun | undefined> {
  const rows = await tx.$queryRaw(Prisma.sql`
    UPDATE policy_run SET state = 'running', attempt = attempt + 1, lease_until = ${until}, done = 0, total = 0,
      started_at = coalesce(started_at, ${now})
    WHERE id = (SELECT id FROM policy_run WHERE tenant_id = ${tenantId}::uuid
      AND (state = 'queued' OR (state = 'running' AND lease_until < ${now}))
      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id::text, kind, set_id::text, document_digest, base_number, question, asked_by::text, created_at, attempt`);
  return z.array(Claimed).parse(rows)[0];
}

const held = ({ id, attempt }: RunHold) => ({ id, attempt, state: "running" });

/** Renews the lease and saves the progress; false where the run was cancelled or another portal has it. */
export async function renewRun(
  tx: Tx,
  hold: RunHold,
  said: { readonly until: Date; readonly done: number; readonly total: number },
): Promise<boolean> {
  const { until, done, total } = said;
  const { count } = await tx.policy_run.updateMany({
    where: held(hold),
    data: { lease_until: until, done, total },
  });
  return count === 1;
}

/** How a run ends: with its result, or with the reason why there is none. */
export type RunEnd =
  | { readonly state: "done"; readonly result: Prisma.InputJsonObject; readonly total: number }
  | { readonly state: "failed"; readonly error: string };

/** Ends a run; false where it was cancelled or another portal has it. */
export async function endRun(tx: Tx, hold: RunHold, end: RunEnd, at: Date): Promise<boolean> {
  const data =
    end.state === "done" ? { state: end.state, result: end.result, done: end.total, total: end.total } : end;
  const { count } = await tx.policy_run.updateMany({
    where: held(hold),
    data: { ...data, finished_at: at, lease_until: null },
  });
  return count === 1;
}

/** Lets another attempt begin at once. */
export async function releaseRun(tx: Tx, hold: RunHold): Promise<void> {
  await tx.policy_run.updateMany({ where: held(hold), data: { state: "queued", lease_until: null } });
}
