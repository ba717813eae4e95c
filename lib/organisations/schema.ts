import { z } from "zod";
import { CalendarDate, Receipt, visibleLine } from "@/lib/schema";

const MAX_DATES = 400;
const MINUTES = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** `HH:MM`; a day may end at 24:00. */
const Opens = z.string().regex(MINUTES, "not a time of day");
const Closes = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, "not a time of day");
const Day = z
  .tuple([Opens, Closes])
  .refine(([opens, closes]) => opens !== closes, "begins and ends at the same time");

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/**
 * Hours by ISO weekday, 1 is Monday; a missing day is closed; hours that end before they begin continue over midnight.
 */
const Week = z.partialRecord(z.enum(["1", "2", "3", "4", "5", "6", "7"]), Day);

/** Public holidays of a country, of its state, of that state's region, by the codes of the library date-holidays. */
export const HolidayRegion = z.strictObject({
  country: z.string().regex(/^[A-Z]{2}$/, "not a country's code"),
  state: z.string().max(10).optional(),
  region: z.string().max(10).optional(),
});
export type HolidayRegion = z.infer<typeof HolidayRegion>;

/** When an organisation is open. Without weekly hours the default of each role applies: an auditor's office hours. */
export const OfficeHoursBody = z.strictObject({
  zone: z.string().max(60).refine(isZone, "not a time zone"),
  weekly_hours: Week.nullable(),
  holiday_region: HolidayRegion.nullable(),
  /** More days on which it is closed, and public holidays on which it is open. */
  closed_dates: z.array(CalendarDate).max(MAX_DATES),
  open_dates: z.array(CalendarDate).max(MAX_DATES),
  /**
   * Jurisdictions, as ISO 3166-1 alpha-2 codes or `EU`, whose orders are recognised automatically. Those of the
   * operator apply to the instance. Absent: unchanged.
   */
  home_jurisdictions: z
    .array(z.string().regex(/^[A-Z]{2}$/, "neither an ISO 3166-1 alpha-2 code nor EU"))
    .max(40)
    .refine((codes) => new Set(codes).size === codes.length, "names one twice")
    .optional(),
});
export type OfficeHoursBody = z.infer<typeof OfficeHoursBody>;

export const OrganisationPath = z.strictObject({ id: z.uuid().toLowerCase() });

export const OfficeHours = z.object({
  ...OfficeHoursBody.shape,
  home_jurisdictions: z.array(z.string()),
  /** Whether its home jurisdictions are the instance's. */
  is_operator: z.boolean(),
  /** Whether it has an agency's record, with the data for checks of its officers. */
  is_agency: z.boolean(),
  id: z.string(),
  name: z.string(),
  /** Every date on which it is closed, computed when the hours were set. */
  holidays: z.array(z.string()),
  /** Last day for which public holidays are computed. */
  holidays_until: z.string().optional(),
  /** Whether these hours are open now, and when they next open if they are not. Absent if no hours are set. */
  is_open: z.boolean().optional(),
  next_opening_at: z.string().optional(),
});
export type OfficeHours = z.input<typeof OfficeHours>;

export const OfficeHoursAnswer = OfficeHours.extend({ receipt: Receipt });
export type OfficeHoursAnswer = z.input<typeof OfficeHoursAnswer>;

export const OrganisationSummary = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  state: z.enum(["active", "suspended"]),
  zone: z.string(),
  has_hours: z.boolean(),
  /** People who have not left. */
  people: z.int(),
  /** Verified e-mail domains of an agency's officers. */
  email_domains: z.array(z.string()).optional(),
});
export type OrganisationSummary = z.infer<typeof OrganisationSummary>;

const MAX_ENTRIES = 20;
/** A domain of e-mail addresses, in lower case. */
export const EmailDomain = z
  .string()
  .max(253)
  .regex(/^(?=.*\.)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, "not a domain in lower case");
/** Returns whether each value occurs only once. */
export const isOnce = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** A number at which officers are called back, and where it was found: never in a request of an officer. */
export const AgencyNumber = z.strictObject({ number: visibleLine(60), source: visibleLine(200) });
export type AgencyNumber = z.infer<typeof AgencyNumber>;

/** A person of the agency whom the operator may ask. */
export const AgencyPerson = z.strictObject({ name: visibleLine(120), email: visibleLine(254) });

/** An agency's identity data, from its own publications or a visit, never from an officer's request. */
export const AgencyRecordBody = z.strictObject({
  /** Domains of its officers' addresses. A subdomain counts only if it is listed. */
  email_domains: z.array(EmailDomain).max(MAX_ENTRIES).refine(isOnce, "names one twice"),
  /** Numbers at which its officers are called back. */
  contacts: z
    .array(AgencyNumber)
    .max(MAX_ENTRIES)
    .refine((contacts) => isOnce(contacts.map(({ number }) => number)), "names one twice"),
  /** Its contacts, two of whom confirm a reset of an officer's sign-in. Absent: unchanged. */
  people: z
    .array(AgencyPerson)
    .max(10)
    .refine((people) => isOnce(people.map(({ email }) => email.toLowerCase())), "names one twice")
    .optional(),
});
export type AgencyRecordBody = z.infer<typeof AgencyRecordBody>;

export const AgencyRecord = AgencyRecordBody.extend({
  id: z.string(),
  name: z.string(),
  people: z.array(AgencyPerson),
});
export type AgencyRecord = z.infer<typeof AgencyRecord>;
