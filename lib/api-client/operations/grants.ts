import { z } from "zod";
import { Revocation } from "@/lib/access/deadlines/schema";
import { GrantAnswer, GrantDetail, GrantView } from "@/lib/access/grants/schema";
import { NewOpening, OpeningAnswer } from "@/lib/access/openings/schema";
import { operation } from "@/lib/api-client/operation";
import { RequestPath } from "@/lib/api-client/operations/access";
import { pageOf, pageQuery } from "@/lib/schema";

const roles = ["auditor", "regulator", "coordinator"] as const;

export const listGrants = operation({
  id: "listGrants",
  method: "GET",
  path: "/confidential/access/grants",
  summary: "Grants visible to the caller, newest first, and how many there are.",
  scopes: ["read"],
  roles,
  query: z.strictObject({ ...pageQuery, view: z.enum(["in_force", "ended", "all"]).optional() }),
  response: { status: 200, schema: pageOf(GrantView).extend({ total: z.int() }) },
  rate: "reads",
  action: "grant.read",
});

export const getGrant = operation({
  id: "getGrant",
  method: "GET",
  path: "/confidential/access/grants/{id}",
  summary: "One grant, its basis, and everything that was opened under it.",
  scopes: ["read"],
  roles,
  params: RequestPath,
  response: { status: 200, schema: GrantDetail },
  rate: "reads",
  action: "grant.read",
  about: { grant: "id" },
});

export const revokeGrant = operation({
  id: "revokeGrant",
  method: "POST",
  path: "/confidential/access/grants/{id}/revoke",
  summary: "Revoke a grant. The next opening under it is refused.",
  scopes: ["decide", "request"],
  roles,
  params: RequestPath,
  body: Revocation,
  response: { status: 200, schema: GrantAnswer },
  rate: "decisions",
  stepUp: true,
  action: "grant.revoke",
  about: { grant: "id" },
  idempotent: { keep: ["id", "request_id", "state", "revoked_at"] },
});

export const prepareOpening = operation({
  id: "prepareOpening",
  method: "POST",
  path: "/confidential/access/openings",
  summary: "The statement that the grant's holder signs for one opening.",
  scopes: ["disclose", "open"],
  roles,
  body: NewOpening,
  response: { status: 201, schema: OpeningAnswer },
  rate: "audit",
  action: "disclosure.prepare",
  about: { grant: "body.grant_id", fields: "body.fields" },
});
