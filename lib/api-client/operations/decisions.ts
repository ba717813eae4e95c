import {
  IdentityCheckAnswer,
  ReadingAnswer,
  RequestAnswer,
  StatementAnswer,
} from "@/lib/access/requests/answer-schema";
import {
  Confirms,
  NewAssignee,
  NewDecision,
  NewIdentityCheck,
  NewStatement,
} from "@/lib/access/requests/schema";
import { NewReasons, Reasons, ReasonsAnswer } from "@/lib/access/review/reason-schema";
import { ReviewView } from "@/lib/access/review/schema";
import { operation } from "@/lib/api-client/operation";
import { RequestPath } from "@/lib/api-client/operations/access";

const REQUEST = "/confidential/access/requests/{id}";

export const prepareStatement = operation({
  id: "prepareStatement",
  method: "POST",
  path: `${REQUEST}/statement`,
  summary: "The statement that the approver signs: the decision's body without its signature.",
  scopes: ["decide"],
  roles: ["coordinator"],
  params: RequestPath,
  body: NewStatement,
  response: { status: 200, schema: StatementAnswer },
  ifMatch: true,
  rate: "decisions",
  action: "request.prepare-statement",
  about: { request: "id", action: "request.decide" },
  stepUp: true,
});

export const decideRequest = operation({
  id: "decideRequest",
  method: "POST",
  path: `${REQUEST}/decisions`,
  summary: "Decide one stage. The call for the last approval returns when the grant is in force.",
  scopes: ["decide"],
  roles: ["coordinator"],
  params: RequestPath,
  body: NewDecision,
  etag: "version",
  response: { status: 200, schema: RequestAnswer },
  ifMatch: true,
  rate: "decisions",
  action: "request.decide",
  about: { request: "id" },
  stepUp: true,
  idempotent: { keep: ["id", "reference", "state", "version", "grant_id", "updated_at"] },
});

export const checkIdentity = operation({
  id: "checkIdentity",
  method: "POST",
  path: `${REQUEST}/identity-checks`,
  summary: "Record the requester's identity check, which is valid for twelve months.",
  scopes: ["decide"],
  roles: ["coordinator"],
  params: RequestPath,
  body: NewIdentityCheck,
  response: { status: 201, schema: IdentityCheckAnswer },
  rate: "decisions",
  action: "identity.check",
  about: { request: "id" },
  stepUp: true,
  idempotent: { allBut: [] },
});

export const readOrder = operation({
  id: "readOrder",
  method: "POST",
  path: `${REQUEST}/readings`,
  summary:
    "Record what an approver read in an unsigned order. Until then the requester's facts are withheld from that approver.",
  scopes: ["decide"],
  roles: ["coordinator"],
  params: RequestPath,
  body: Confirms,
  response: { status: 201, schema: ReadingAnswer },
  rate: "decisions",
  action: "order.read",
  about: { request: "id" },
  // Names of the members that match, and none of their values.
  idempotent: { allBut: [] },
});

export const assignRequest = operation({
  id: "assignRequest",
  method: "PUT",
  path: `${REQUEST}/assignee`,
  summary:
    "Assign a request to a person who decides on requests, or to no one. This changes no one's rights.",
  scopes: ["decide"],
  roles: ["coordinator"],
  params: RequestPath,
  body: NewAssignee,
  response: { status: 200, schema: RequestAnswer },
  rate: "writes",
  action: "request.assign",
  about: { request: "id" },
});

export const listReasons = operation({
  id: "listReasons",
  method: "GET",
  path: "/confidential/access/reasons",
  summary: "Templates of reasons for decisions, for reviewers.",
  scopes: ["read"],
  roles: ["coordinator"],
  duties: ["legal", "approve", "compliance"],
  response: { status: 200, schema: Reasons },
  rate: "reads",
  action: "reason.read",
});

export const setReasons = operation({
  id: "setReasons",
  method: "PUT",
  path: "/confidential/access/reasons",
  summary: "Replace the templates of reasons. Placeholders are written in braces, such as {day}.",
  scopes: ["decide"],
  roles: ["coordinator"],
  duties: ["compliance"],
  body: NewReasons,
  response: { status: 200, schema: ReasonsAnswer },
  rate: "writes",
  action: "reason.change",
});

export const reviewRequest = operation({
  id: "reviewRequest",
  method: "GET",
  path: `${REQUEST}/review`,
  summary: "Facts for a decision: the stage, conflicts, what policy would allow, the requester's history.",
  scopes: ["read"],
  roles: ["coordinator"],
  duties: ["legal", "approve", "compliance", "executive"],
  params: RequestPath,
  response: { status: 200, schema: ReviewView },
  rate: "reads",
  action: "request.review",
  about: { request: "id" },
});
