import { z } from "zod";
import { Receipt, Uuid } from "@/lib/schema";

/** One background job, over all portals that run it. */
const BackgroundJob = z.object({
  name: z.string(),
  /** Portals that run it now. */
  processes: z.int(),
  every_ms: z.int(),
  last_at: z.string().nullable(),
  last_ms: z.int().nullable(),
  next_at: z.string().nullable(),
  /** Passes that failed since these portals began. */
  failures: z.int(),
  failed_at: z.string().nullable(),
  failure: z.string().nullable(),
});
export type BackgroundJob = z.infer<typeof BackgroundJob>;

export const WorkKind = z.enum(["export", "webhook", "mail"]);
export type WorkKind = z.infer<typeof WorkKind>;

/** How much of a kind of work waits. */
const WorkQueue = z.object({
  kind: WorkKind,
  waiting: z.int(),
  running: z.int(),
  dead: z.int(),
  oldest_at: z.string().nullable(),
});
export type WorkQueue = z.infer<typeof WorkQueue>;

/** Work that used all its attempts. What it is about is its owner's business and is not shown. */
const DeadWork = z.object({
  kind: WorkKind,
  id: z.string(),
  at: z.string(),
  ended_at: z.string().nullable(),
  attempts: z.int(),
});
export type DeadWork = z.infer<typeof DeadWork>;

export const Background = z.object({
  jobs: z.array(BackgroundJob),
  queues: z.array(WorkQueue),
  /** The newest ones, a hundred at most. */
  dead: z.array(DeadWork),
});
export type Background = z.infer<typeof Background>;

export const RetryWork = z.strictObject({ kind: WorkKind, id: Uuid });
export type RetryWork = z.infer<typeof RetryWork>;

export const RetryAnswer = z.object({ id: z.string(), receipt: Receipt });
export type RetryAnswer = z.infer<typeof RetryAnswer>;
