import { NewExtension, NewObjection, NewPartialAnswer } from "@/lib/access/deadlines/schema";
import { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { NewCoViewerEnd } from "@/lib/access/requests/schema";
import { operation } from "@/lib/api-client/operation";
import { RequestPath } from "@/lib/api-client/operations/access";

const REQUEST = "/confidential/access/requests/{id}";
const KEPT = ["id", "reference", "state", "due_at", "response_due_at", "version", "updated_at"] as const;

export const extendRequest = operation({
  id: "extendRequest",
  method: "POST",
  path: `${REQUEST}/extensions`,
  summary: "Extend the deadline once, with a reason that the requester and the reviewers see.",
  scopes: ["decide"],
  roles: ["coordinator"],
  params: RequestPath,
  body: NewExtension,
  etag: "version",
  response: { status: 200, schema: RequestAnswer },
  rate: "decisions",
  action: "request.extend",
  about: { request: "id" },
  stepUp: true,
  idempotent: { keep: KEPT },
});

export const objectRequest = operation({
  id: "objectRequest",
  method: "POST",
  path: `${REQUEST}/objections`,
  summary: "Claim a privilege, or record how the claim was settled. The deadline still runs.",
  scopes: ["decide"],
  roles: ["coordinator"],
  params: RequestPath,
  body: NewObjection,
  etag: "version",
  response: { status: 200, schema: RequestAnswer },
  rate: "decisions",
  action: "request.object",
  about: { request: "id" },
  stepUp: true,
  idempotent: { keep: KEPT },
});

export const answerPartly = operation({
  id: "answerPartly",
  method: "POST",
  path: `${REQUEST}/partial-answers`,
  summary: "Mark a narrowed approval as an answer in part. The remainder continues in a linked request.",
  scopes: ["decide"],
  roles: ["coordinator"],
  params: RequestPath,
  body: NewPartialAnswer,
  etag: "version",
  response: { status: 200, schema: RequestAnswer },
  rate: "decisions",
  action: "request.answer-partly",
  about: { request: "id" },
  stepUp: true,
  idempotent: { keep: [...KEPT, "continued_by"] },
});

export const endCoViewer = operation({
  id: "endCoViewer",
  method: "POST",
  path: "/confidential/access/requests/{id}/co-viewer-ends",
  summary:
    "Remove a co-viewer from a request permanently: their next opening is refused. The requester and reviewers can do this.",
  scopes: ["request", "decide"],
  roles: ["auditor", "regulator", "coordinator"],
  params: RequestPath,
  body: NewCoViewerEnd,
  etag: "version",
  response: { status: 200, schema: RequestAnswer },
  rate: "writes",
  action: "request.end-co-viewer",
  about: { request: "id" },
});
