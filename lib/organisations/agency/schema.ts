import { z } from "zod";
import { visibleLine } from "@/lib/schema";

const MAX_ENTRIES = 20;
const Domain = z
  .string()
  .max(253)
  .regex(/^(?=.*\.)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, "not a domain in small letters");
const isOnce = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** A number at which officers are called back, and where it was found: never in a request of an officer. */
export const AgencyNumber = z.strictObject({ number: visibleLine(60), source: visibleLine(200) });
export type AgencyNumber = z.infer<typeof AgencyNumber>;

/** A person of the agency whom the operator may ask. */
export const AgencyPerson = z.strictObject({ name: visibleLine(120), email: visibleLine(254) });

/** An agency's identity data, from its own publications or a visit, never from an officer's request. */
export const AgencyRecordBody = z.strictObject({
  /** Domains of its officers' addresses. A subdomain counts only if it is listed. */
  email_domains: z.array(Domain).max(MAX_ENTRIES).refine(isOnce, "names one twice"),
  /** Numbers at which its officers are called back. */
  contacts: z
    .array(AgencyNumber)
    .max(MAX_ENTRIES)
    .refine((contacts) => isOnce(contacts.map(({ number }) => number)), "names one twice"),
});
export type AgencyRecordBody = z.infer<typeof AgencyRecordBody>;

export const AgencyRecord = AgencyRecordBody.extend({
  id: z.string(),
  name: z.string(),
  people: z.array(AgencyPerson),
});
export type AgencyRecord = z.infer<typeof AgencyRecord>;
