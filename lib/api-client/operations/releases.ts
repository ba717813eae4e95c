import { z } from "zod";
import {
  NewRelease,
  NewReleaseSignature,
  ReleaseAnswer,
  ReleaseEnd,
  ReleaseItem,
  ReleaseQuery,
  ReleaseStanding,
} from "@/lib/access/executive-release/schema";
import { GrantAnswer } from "@/lib/access/grants/schema";
import { operation } from "@/lib/api-client/operation";
import { RequestPath } from "@/lib/api-client/operations/access";
import { pageOf } from "@/lib/schema";

const RELEASES = "/confidential/access/requests/{id}/releases";

export const listReleases = operation({
  id: "listReleases",
  method: "GET",
  path: "/confidential/access/releases",
  summary: "Overdue requests that were escalated to the executives, each with the state of its release.",
  scopes: ["read"],
  roles: ["coordinator"],
  duties: ["executive"],
  query: ReleaseQuery,
  response: { status: 200, schema: pageOf(ReleaseItem) },
  rate: "reads",
  action: "release.read",
  about: {},
});

export const getRelease = operation({
  id: "getRelease",
  method: "GET",
  path: RELEASES,
  summary: "The newest release of an overdue request, and the statement that the caller can sign for it.",
  scopes: ["read"],
  roles: ["coordinator"],
  duties: ["executive"],
  params: RequestPath,
  response: { status: 200, schema: ReleaseStanding },
  rate: "reads",
  action: "release.read",
  about: { request: "id" },
});

export const proposeRelease = operation({
  id: "proposeRelease",
  method: "POST",
  path: RELEASES,
  summary:
    "Propose to release an overdue request, exactly as it was submitted. Two executives sign the release.",
  scopes: ["decide"],
  roles: ["coordinator"],
  duties: ["executive"],
  params: RequestPath,
  body: NewRelease,
  response: { status: 201, schema: ReleaseAnswer },
  rate: "decisions",
  action: "request.propose-release",
  about: { request: "id", action: "request.release" },
  stepUp: true,
  idempotent: { keep: ["request_state"] },
});

export const signRelease = operation({
  id: "signRelease",
  method: "POST",
  path: `${RELEASES}/{release_id}/words`,
  summary:
    "Sign the release as an executive. The call for the second signature returns when the grant is in force.",
  scopes: ["decide"],
  roles: ["coordinator"],
  duties: ["executive"],
  params: RequestPath.extend({ release_id: z.uuid().toLowerCase() }),
  body: NewReleaseSignature,
  response: { status: 200, schema: ReleaseAnswer },
  rate: "decisions",
  action: "request.release",
  about: { request: "id" },
  stepUp: true,
  idempotent: { keep: ["request_state", "grant_id"] },
});

export const endRelease = operation({
  id: "endRelease",
  method: "POST",
  path: "/confidential/access/grants/{id}/release-ends",
  summary: "End a grant that executives released: an executive or its holder, with a signed statement.",
  scopes: ["decide", "request"],
  roles: ["auditor", "regulator", "coordinator"],
  params: RequestPath,
  body: ReleaseEnd,
  response: { status: 200, schema: GrantAnswer },
  rate: "decisions",
  action: "grant.end-release",
  about: { grant: "id" },
  stepUp: true,
  idempotent: { keep: ["id", "request_id", "state", "revoked_at"] },
});
