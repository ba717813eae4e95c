import { z } from "zod";
import { Receipt, visibleLine } from "@/lib/schema";

const MAX_ENTRIES = 20;
const Domain = z
  .string()
  .max(253)
  .regex(/^(?=.*\.)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, "not a domain in small letters");
const isOnce = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** An agency's identity data, from its own publications or a visit, never from an officer's request. */
export const AgencyRecordBody = z.strictObject({
  /** Domains of its officers' addresses. A subdomain counts only if it is listed. */
  email_domains: z.array(Domain).max(MAX_ENTRIES).refine(isOnce, "names one twice"),
  /** Numbers at which its officers are called back. */
  contacts: z.array(visibleLine(60)).max(MAX_ENTRIES).refine(isOnce, "names one twice"),
});
export type AgencyRecordBody = z.infer<typeof AgencyRecordBody>;

export const AgencyRecord = AgencyRecordBody.extend({ id: z.string(), name: z.string() });
export type AgencyRecord = z.infer<typeof AgencyRecord>;

export const AgencyRecordAnswer = AgencyRecord.extend({ receipt: Receipt });
export type AgencyRecordAnswer = z.input<typeof AgencyRecordAnswer>;
