import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import {
  AgencyRecord,
  AgencyRecordAnswer,
  AgencyRecordBody,
  OfficeHours,
  OfficeHoursAnswer,
  OfficeHoursBody,
  OrganisationPath,
  OrganisationSummary,
} from "@/lib/organisations/schema";
import { pageOf, pageQuery } from "@/lib/schema";

const ORGANISATIONS = "/confidential/admin/organisations";
const roles = ["admin"] as const;
const scopes = ["admin"] as const;

export const listOrganisations = operation({
  id: "listOrganisations",
  method: "GET",
  path: ORGANISATIONS,
  summary: "Organisations, and whether hours are set for them; for administrators.",
  scopes,
  roles,
  query: z.strictObject({ ...pageQuery }),
  response: { status: 200, schema: pageOf(OrganisationSummary) },
  rate: "reads",
  action: "organisation.read",
});

export const getOrganisationHours = operation({
  id: "getOrganisationHours",
  method: "GET",
  path: `${ORGANISATIONS}/{id}/hours`,
  summary: "When an organisation is open: zone, week, holidays; for administrators.",
  scopes,
  roles,
  params: OrganisationPath,
  response: { status: 200, schema: OfficeHours },
  etag: true,
  rate: "reads",
  action: "organisation.read",
});

export const setOrganisationHours = operation({
  id: "setOrganisationHours",
  method: "PUT",
  path: `${ORGANISATIONS}/{id}/hours`,
  summary: "Set when an organisation is open; holidays are worked out at once, for six years.",
  scopes,
  roles,
  params: OrganisationPath,
  body: OfficeHoursBody,
  response: { status: 200, schema: OfficeHoursAnswer },
  etag: true,
  ifMatch: true,
  rate: "writes",
  action: "organisation.change",
  stepUp: true,
});

export const getAgencyRecord = operation({
  id: "getAgencyRecord",
  method: "GET",
  path: `${ORGANISATIONS}/{id}/agency`,
  summary: "Domains and callback numbers for an agency's identity checks, for administrators.",
  scopes,
  roles,
  params: OrganisationPath,
  response: { status: 200, schema: AgencyRecord },
  etag: true,
  rate: "reads",
  action: "organisation.read",
});

export const setAgencyRecord = operation({
  id: "setAgencyRecord",
  method: "PUT",
  path: `${ORGANISATIONS}/{id}/agency`,
  summary: "Set the domains and callback numbers for an agency's identity checks.",
  scopes,
  roles,
  params: OrganisationPath,
  body: AgencyRecordBody,
  response: { status: 200, schema: AgencyRecordAnswer },
  etag: true,
  ifMatch: true,
  rate: "writes",
  action: "organisation.change",
  stepUp: true,
});
