import { z } from "zod";
import { NewComment, Withdrawal } from "@/lib/access/deadlines/schema";
import {
  AuthorizationAnswer,
  RequestAnswer,
  RequestSummary,
  RequestView,
  UnreadableAnswer,
} from "@/lib/access/requests/answer-schema";
import { AuthorizationEnd, AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { ChangedRequest, NewRequest, RequestState } from "@/lib/access/requests/schema";

import { operation } from "@/lib/api-client/operation";
import { InstantOrDate, pageOf, pageQuery, visibleLine } from "@/lib/schema";
import { Purpose } from "@/lib/vocabulary";

const REQUESTS = "/confidential/access/requests";
const REQUEST = `${REQUESTS}/{id}` as const;
const roles = ["auditor", "regulator", "coordinator"] as const;
const KEPT = [
  "id",
  "reference",
  "state",
  "due_at",
  "response_due_at",
  "version",
  "created_at",
  "updated_at",
] as const;

export const RequestPath = z.strictObject({ id: z.uuid().toLowerCase() });
const RequestQuery = z.strictObject({
  ...pageQuery,
  state: RequestState.optional(),
  purpose: Purpose.optional(),
  /** Part of the reference. */
  reference: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, "not a part of a reference")
    .optional(),
  /** Saved views. */
  view: z.enum(["mine", "waiting", "assigned", "unassigned", "decided", "all"]).optional(),
  waiting_for: z.literal("me").optional(),
  sort: z.enum(["newest", "due"]).optional(),
  /** The history: the officer's handle or a part of the name, a part of the agency's name or its id. */
  officer: visibleLine(200).optional(),
  agency: visibleLine(200).optional(),
  /** Parts of the order's facts. */
  issuer: visibleLine(300).optional(),
  case_number: visibleLine(200).optional(),
  transaction: z.uuid().toLowerCase().optional(),
  /** Filed at or after, and before: an instant, or a day. */
  from: InstantOrDate.optional(),
  to: InstantOrDate.optional(),
});

export const createRequest = operation({
  id: "createRequest",
  method: "POST",
  path: REQUESTS,
  summary: "File an access request. It begins as a draft.",
  scopes: ["request"],
  roles,
  body: NewRequest,
  etag: "version",
  response: { status: 201, schema: RequestAnswer, location: "/confidential/access/requests/{id}" },
  rate: "writes",
  action: "request.create",
  about: { purpose: "body.purpose", fields: "body.fields" },
  idempotent: { keep: KEPT },
});

export const listRequests = operation({
  id: "listRequests",
  method: "GET",
  path: REQUESTS,
  summary: "Access requests visible to the caller, newest first or by due date, and how many there are.",
  scopes: ["read"],
  roles,
  query: RequestQuery,
  response: { status: 200, schema: pageOf(RequestSummary).extend({ total: z.int() }) },
  rate: "reads",
  action: "request.read",
});

export const getRequest = operation({
  id: "getRequest",
  method: "GET",
  path: REQUEST,
  summary: "One access request with its timeline. The ETag is its version.",
  scopes: ["read"],
  roles,
  params: RequestPath,
  etag: "version",
  response: { status: 200, schema: RequestView },
  rate: "reads",
  action: "request.read",
  about: { request: "id" },
});

export const changeRequest = operation({
  id: "changeRequest",
  method: "PATCH",
  path: REQUEST,
  summary: "Change a draft. With If-Match, only if it has not changed since it was read.",
  scopes: ["request"],
  roles,
  params: RequestPath,
  body: ChangedRequest,
  etag: "version",
  response: { status: 200, schema: RequestAnswer },
  ifMatch: true,
  rate: "writes",
  action: "request.change",
  about: { request: "id" },
});

export const attachAuthorization = operation({
  id: "attachAuthorization",
  method: "POST",
  path: `${REQUEST}/authorizations`,
  summary:
    "Attach the legal authority: its facts, its document and its signature. The signature is a JWS, or a CMS with a revocation list.",
  scopes: ["request"],
  roles,
  params: RequestPath,
  body: AuthorizationFactsBody,
  upload: { json: "facts", files: ["document", "jws", "cms", "crl"] },
  response: { status: 201, schema: AuthorizationAnswer },
  rate: "writes",
  weight: 10,
  action: "authorization.attach",
  about: { request: "id" },
  idempotent: { keep: ["id", "state", "kind", "valid_from", "valid_until", "request_version"] },
});

const AuthorizationPath = RequestPath.extend({ authorization_id: z.uuid().toLowerCase() });

export const suspendAuthorization = operation({
  id: "suspendAuthorization",
  method: "POST",
  path: `${REQUEST}/authorizations/{authorization_id}/suspensions`,
  summary: "Suspend a legal authority: grants that rest on it end at once.",
  scopes: ["decide"],
  roles: ["coordinator"],
  params: AuthorizationPath,
  body: AuthorizationEnd,
  etag: "version",
  response: { status: 200, schema: RequestAnswer },
  rate: "decisions",
  action: "authorization.suspend",
  about: { request: "id" },
  stepUp: true,
});

export const revokeAuthorization = operation({
  id: "revokeAuthorization",
  method: "POST",
  path: `${REQUEST}/authorizations/{authorization_id}/revocations`,
  summary: "Revoke a legal authority: grants that rest on it end at once.",
  scopes: ["decide"],
  roles: ["coordinator"],
  params: AuthorizationPath,
  body: AuthorizationEnd,
  etag: "version",
  response: { status: 200, schema: RequestAnswer },
  rate: "decisions",
  action: "authorization.revoke",
  about: { request: "id" },
  stepUp: true,
});

export const readDocument = operation({
  id: "readDocument",
  method: "GET",
  path: `${REQUEST}/authorizations/{authorization_id}/document`,
  summary: "The attached order, as a sandboxed attachment; each reading is logged.",
  scopes: ["read"],
  roles,
  params: AuthorizationPath,
  response: { status: 200, mediaType: "application/octet-stream" },
  rate: "reads",
  action: "document.read",
  about: { request: "id" },
  stream: true,
});

export const submitRequest = operation({
  id: "submitRequest",
  method: "POST",
  path: `${REQUEST}/submit`,
  summary: "Submit a draft. The call returns after the document has been checked.",
  scopes: ["request"],
  roles,
  params: RequestPath,
  etag: "version",
  response: { status: 200, schema: RequestAnswer },
  rate: "writes",
  action: "request.submit",
  about: { request: "id" },
  idempotent: { keep: KEPT },
});

export const withdrawRequest = operation({
  id: "withdrawRequest",
  method: "POST",
  path: `${REQUEST}/withdraw`,
  summary: "Withdraw a request that the caller made.",
  scopes: ["request"],
  roles,
  params: RequestPath,
  body: Withdrawal,
  response: { status: 200, schema: z.union([RequestAnswer, UnreadableAnswer]) },
  rate: "writes",
  action: "request.withdraw",
  about: { request: "id" },
  idempotent: { keep: KEPT },
});

export const commentRequest = operation({
  id: "commentRequest",
  method: "POST",
  path: `${REQUEST}/comments`,
  summary: "Comment on a request; the requester's comment answers an open question.",
  scopes: ["request", "decide"],
  roles,
  params: RequestPath,
  body: NewComment,
  etag: "version",
  response: { status: 200, schema: RequestAnswer },
  rate: "writes",
  action: "request.comment",
  about: { request: "id" },
  idempotent: { keep: KEPT },
});
