import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { PartState } from "@/lib/api-client/operations/system";
import { integerText } from "@/lib/schema";
import { Level, Purpose } from "@/lib/vocabulary";

/** With whom a request that is being decided is. */
export const RequestStage = z.enum(["document_check", "legal", "coordinator", "requester", "objected"]);
export type RequestStage = z.infer<typeof RequestStage>;

const RequestsInStage = z.object({
  stage: RequestStage,
  under_2_days: z.int(),
  days_2_to_5: z.int(),
  over_5_days: z.int(),
  /** Past their review date, whatever their age. */
  late: z.int(),
});

const OpeningsOfDay = z.object({
  /** In UTC. */
  day: z.string(),
  purpose: Purpose,
  level: Level,
  is_emergency: z.boolean(),
  count: z.int(),
});

/** Of the entries of one hour: how many, and how long they waited for their place in the log. Estimated from a sample. */
const HourOfLog = z.object({ hour: z.string(), entries: z.int(), p99_ms: z.int() });

const Queue = z.object({
  queue: z.string(),
  waiting: z.int(),
  oldest_s: z.int(),
  /** Of the last day. */
  failed: z.int(),
});

export const Figures = z.object({
  at: z.string(),
  days: z.int(),
  requests: z.array(RequestsInStage),
  openings: z.array(OpeningsOfDay),
  log: z.object({
    entries: z.int(),
    entries_today: z.int(),
    last_checkpoint_at: z.string().nullable(),
    p99_ms: z.int().nullable(),
    hours: z.array(HourOfLog),
  }),
  keys: z.object({
    active: z.int(),
    running: z.int(),
    /** Managed keys that are rotated automatically in the next 90 days, by day; overdue ones today. */
    due: z.array(z.object({ day: z.string(), count: z.int() })),
    escrow_epoch: z.int().nullable(),
  }),
  queues: z.array(Queue),
  parts: z.array(z.object({ name: z.string(), state: PartState })),
  alarms: z.array(z.string()),
  alerts: z.object({ open: z.int(), critical: z.int(), unacknowledged: z.int(), addresses: z.int() }),
  /** Processes by name with their last sign of life, and the version. For administrators only. */
  processes: z.array(z.object({ name: z.string(), seen_at: z.string() })).optional(),
  version: z.string().optional(),
});
export type Figures = z.infer<typeof Figures>;

export const FiguresQuery = z.strictObject({
  days: integerText(7, 90).default(30).describe("Days of openings: 7 to 90, 30 by default."),
});

export const getFigures = operation({
  id: "getFigures",
  method: "GET",
  path: "/confidential/operations/figures",
  summary:
    "Requests by stage and age, openings by day and purpose, the log, keys, queues and parts. Counts only, no case.",
  scopes: ["read"],
  roles: ["admin", "coordinator"],
  duties: ["admin", "compliance"],
  query: FiguresQuery,
  response: { status: 200, schema: Figures },
  rate: "reads",
  action: "system.figures",
});
