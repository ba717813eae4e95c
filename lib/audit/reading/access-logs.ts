import { z } from "zod";
import { Instant, integerText, text, Uuid } from "@/lib/schema";
import { PurposeName } from "../schema";

/** An instant; without a zone, as programs of the coordinator send it, it is one of UTC. */
const InstantOrUtc = z.union([
  Instant,
  z.iso
    .datetime({ local: true })
    .max(40)
    .transform((local) => `${local}Z`),
]);

/** The coordinator's own access log, the one list with an offset. */
export const AccessLogQuery = z.strictObject({
  transaction_id: Uuid.optional(),
  participant_id: text(64).optional(),
  purpose: PurposeName.optional(),
  start_time: InstantOrUtc.optional(),
  end_time: InstantOrUtc.optional(),
  limit: integerText(1, 1000).default(100),
  offset: integerText(0, 1_000_000_000).default(0),
});
export type AccessLogQuery = z.infer<typeof AccessLogQuery>;

export const AccessLogItem = z.object({
  transaction_id: z.string().optional(),
  participant_id: z.string(),
  purpose: z.string(),
  timestamp: z.string(),
  /** What was done: an opening, a copy of opened fields, a refused read. */
  action: z.string(),
  authorized_by: z.string(),
  data_accessed: z.array(z.string()),
  success: z.boolean(),
  error: z.string().optional(),
  ip_address: z.string().optional(),
  user_agent: z.string().optional(),
});
export type AccessLogItem = z.infer<typeof AccessLogItem>;

export const AccessLogPage = z.object({
  logs: z.array(AccessLogItem),
  total_count: z.int(),
  has_more: z.boolean(),
});
export type AccessLogPage = z.infer<typeof AccessLogPage>;
