import { z } from "zod";
import { AgreementAnswer, Reason } from "@/lib/administration/agreements/schema";
import {
  AgencyPerson,
  AgencyRecordBody,
  OfficeHoursBody,
  OrganisationSummary,
} from "@/lib/organisations/schema";
import { Receipt, visibleLine } from "@/lib/schema";

const Name = visibleLine(200);
const Zone = OfficeHoursBody.shape.zone;

/** A company: clients, providers, support or another part of the operator. */
const NewCompany = z.strictObject({ kind: z.literal("company"), name: Name, zone: Zone });

/** An agency, which needs a second person: its domains and numbers decide who counts as its officer. */
const NewAgency = z.strictObject({
  kind: z.literal("agency"),
  name: Name,
  legal_name: Name,
  zone: Zone,
  email_domains: AgencyRecordBody.shape.email_domains.min(1),
  contacts: AgencyRecordBody.shape.contacts.min(1),
  people: z.array(AgencyPerson).max(10),
  reason: Reason,
});

export const NewOrganisation = z.discriminatedUnion("kind", [NewCompany, NewAgency]);
export type NewOrganisation = z.infer<typeof NewOrganisation>;

/** The data of the agency after the change, in an agreement. */
export const AskedAgency = NewAgency.omit({ reason: true, kind: true });
export type AskedAgency = z.infer<typeof AskedAgency>;

/** Either the organisation was made, or a second person has to agree first. */
export const NewOrganisationAnswer = z.object({
  id: z.string(),
  state: z.enum(["created", "asked"]),
  agreement: AgreementAnswer.nullable(),
  receipt: Receipt,
});
export type NewOrganisationAnswer = z.infer<typeof NewOrganisationAnswer>;

/** A suspended organisation's people cannot act until it is active again. */
export const OrganisationChange = z
  .strictObject({
    name: Name.optional(),
    state: z.enum(["active", "suspended"]).optional(),
    reason: Reason,
  })
  .refine(({ name, state }) => name !== undefined || state !== undefined, "changes nothing");
export type OrganisationChange = z.infer<typeof OrganisationChange>;

export const Organisation = OrganisationSummary.omit({ has_hours: true, people: true, email_domains: true });
export type Organisation = z.infer<typeof Organisation>;
export const OrganisationAnswer = Organisation.extend({ receipt: Receipt });
export type OrganisationAnswer = z.infer<typeof OrganisationAnswer>;

export const AgencyChange = AgencyRecordBody.extend({ reason: Reason });
export type AgencyChange = z.infer<typeof AgencyChange>;
