import { z } from "zod";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { InstantOrUtc, integerText, RecordName, text } from "@/lib/schema";
import { PurposeName } from "../schema";

/** The access log in the coordinator's shape. Only this list has an offset. */
export const AccessLogQuery = z.strictObject({
  transaction_id: RecordName.optional(),
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
  /** True for the caller's own accesses; those of colleagues have the same participant. */
  is_own: z.boolean().optional(),
  /** Name of the person, for callers who know it. */
  by_name: z.string().optional(),
  /** Organisation of the person. */
  by_organisation: z.string().optional(),
  /** Role of the person. */
  by_role: z.string().optional(),
  /** `masked` or `full`, if field values were shown. */
  level: z.string().optional(),
  purpose: z.string(),
  timestamp: z.string(),
  /** The act: an opening, a copy of opened fields, a refused read. */
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

type Members = Readonly<Record<string, Json>>;

/**
 * Returns the member `access` of an entry's org part; an empty object if the part is unavailable or has no such
 * member.
 */
export function accessOf(part: Members | undefined): Members {
  const stated = part?.access;
  return typeof stated === "object" && stated !== null && !Array.isArray(stated) ? stated : {};
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
