import { z } from "zod";
import { AgreementAnswer } from "@/lib/administration/agreements/schema";
import {
  AgencyChange,
  NewOrganisation,
  NewOrganisationAnswer,
  Organisation,
  OrganisationAnswer,
  OrganisationChange,
} from "@/lib/administration/organisations/schema";
import { operation } from "@/lib/api-client/operation";
import {
  AgencyRecord,
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
const duties = ["admin"] as const;

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

export const createOrganisation = operation({
  id: "createOrganisation",
  method: "POST",
  path: ORGANISATIONS,
  summary: "Create a company; an agency is created when a second administrator agrees.",
  scopes,
  roles,
  duties,
  body: NewOrganisation,
  response: {
    status: 201,
    schema: NewOrganisationAnswer,
    location: "/confidential/admin/organisations/{id}",
  },
  rate: "writes",
  action: "organisation.create",
  stepUp: true,
  idempotent: { keep: ["id", "state"] },
});

export const getOrganisation = operation({
  id: "getOrganisation",
  method: "GET",
  path: `${ORGANISATIONS}/{id}`,
  summary: "Name, kind and state of an organisation, for administrators.",
  scopes,
  roles,
  params: OrganisationPath,
  response: { status: 200, schema: Organisation },
  etag: true,
  rate: "reads",
  action: "organisation.read",
});

export const changeOrganisation = operation({
  id: "changeOrganisation",
  method: "PATCH",
  path: `${ORGANISATIONS}/{id}`,
  summary: "Rename an organisation, suspend it, or end its suspension.",
  scopes,
  roles,
  duties,
  params: OrganisationPath,
  body: OrganisationChange,
  response: { status: 200, schema: OrganisationAnswer },
  etag: true,
  ifMatch: true,
  rate: "writes",
  action: "organisation.change",
  stepUp: true,
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
  summary: "Set when an organisation is open. Public holidays are computed for six years.",
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
  summary: "Ask to change an agency's domains and callback numbers. A second administrator must agree.",
  scopes,
  roles,
  duties,
  params: OrganisationPath,
  body: AgencyChange,
  response: { status: 202, schema: AgreementAnswer },
  ifMatch: true,
  rate: "writes",
  action: "agreement.ask",
  stepUp: true,
});
