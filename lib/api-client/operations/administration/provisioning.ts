import { AgreementAnswer } from "@/lib/administration/agreements/schema";
import { NoBody } from "@/lib/administration/people/schema";
import {
  AppliedProvisioning,
  EndedScimToken,
  MadeScimToken,
  NewScimToken,
  Provisioning,
  ProvisioningChange,
  ScimTokenEnd,
  ScimTokenPath,
} from "@/lib/administration/provisioning/schema";
import { operation } from "@/lib/api-client/operation";
import { OrganisationPath } from "@/lib/organisations/schema";

const PROVISIONING = "/confidential/admin/organisations/{id}/provisioning";
const admin = { scopes: ["admin"], roles: ["admin"], duties: ["admin"] } as const;
const act = { ...admin, rate: "writes", stepUp: true } as const;

export const getProvisioning = operation({
  ...admin,
  id: "getProvisioning",
  method: "GET",
  path: PROVISIONING,
  summary: "How an identity provider manages an organisation's people: settings, tokens, groups, last calls.",
  params: OrganisationPath,
  response: { status: 200, schema: Provisioning },
  etag: true,
  rate: "reads",
  action: "provisioning.read",
});

export const setProvisioning = operation({
  ...act,
  id: "setProvisioning",
  method: "PUT",
  path: PROVISIONING,
  summary: "Ask for domains, role and mapped groups of provisioning; a second administrator agrees.",
  params: OrganisationPath,
  body: ProvisioningChange,
  response: { status: 202, schema: AgreementAnswer },
  ifMatch: true,
  action: "agreement.ask",
});

export const createScimToken = operation({
  ...act,
  id: "createScimToken",
  method: "POST",
  path: `${PROVISIONING}/tokens`,
  summary: "Make a token for the identity provider, or one that replaces another; it is shown once.",
  params: OrganisationPath,
  body: NewScimToken,
  response: { status: 201, schema: MadeScimToken },
  action: "scim_token.create",
  idempotent: { allBut: ["token"] },
});

export const revokeScimToken = operation({
  ...act,
  id: "revokeScimToken",
  method: "POST",
  path: `${PROVISIONING}/tokens/{token_id}/revoke`,
  summary: "End a token of the identity provider at once.",
  params: ScimTokenPath,
  body: ScimTokenEnd,
  response: { status: 200, schema: EndedScimToken },
  action: "scim_token.revoke",
});

export const applyProvisioning = operation({
  ...act,
  id: "applyProvisioning",
  method: "POST",
  path: `${PROVISIONING}/apply`,
  summary: "Ask for the role and duties that people's groups give, where they differ.",
  params: OrganisationPath,
  body: NoBody,
  response: { status: 200, schema: AppliedProvisioning },
  action: "agreement.ask",
});
