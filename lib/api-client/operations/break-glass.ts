import {
  BreakGlassAnswer,
  BreakGlassQuery,
  BreakGlassStatementAnswer,
  BreakGlassView,
  NewBreakGlass,
  NewBreakGlassStatement,
  NewReview,
} from "@/lib/access/break-glass/schema";
import { operation } from "@/lib/api-client/operation";
import { RequestPath } from "@/lib/api-client/operations/access";
import { pageOf } from "@/lib/schema";

const BREAK_GLASS = "/confidential/access/break-glass";
const roles = ["coordinator"] as const;

export const prepareBreakGlass = operation({
  id: "prepareBreakGlass",
  method: "POST",
  path: `${BREAK_GLASS}/statement`,
  summary: "The statement to sign for emergency access.",
  scopes: ["disclose"],
  roles,
  duties: ["break-glass"],
  body: NewBreakGlassStatement,
  response: { status: 200, schema: BreakGlassStatementAnswer },
  rate: "decisions",
  action: "emergency.prepare",
  about: { fields: "body.fields" },
  stepUp: true,
});

export const useBreakGlass = operation({
  id: "useBreakGlass",
  method: "POST",
  path: BREAK_GLASS,
  summary:
    "Start emergency access: masked values of at most three transactions, for an hour; a review blocks the next use.",
  scopes: ["disclose"],
  roles,
  duties: ["break-glass"],
  body: NewBreakGlass,
  response: { status: 201, schema: BreakGlassAnswer, location: "/confidential/access/break-glass/{id}" },
  rate: "decisions",
  action: "emergency.use",
  about: { fields: "body.fields" },
  stepUp: true,
  idempotent: { keep: ["id", "grant_id", "state", "began_at", "not_after", "review_by"] },
});

export const listBreakGlass = operation({
  id: "listBreakGlass",
  method: "GET",
  path: BREAK_GLASS,
  summary: "Emergency accesses, newest first: the caller's own, or all for reviewers.",
  scopes: ["read"],
  roles,
  query: BreakGlassQuery,
  response: { status: 200, schema: pageOf(BreakGlassView) },
  rate: "reads",
  action: "emergency.read",
});

export const getBreakGlass = operation({
  id: "getBreakGlass",
  method: "GET",
  path: `${BREAK_GLASS}/{id}`,
  summary: "One emergency access, for its holder and for reviewers.",
  scopes: ["read"],
  roles,
  params: RequestPath,
  response: { status: 200, schema: BreakGlassView },
  rate: "reads",
  action: "emergency.read",
  about: { grant: "id" },
});

export const reviewBreakGlass = operation({
  id: "reviewBreakGlass",
  method: "POST",
  path: `${BREAK_GLASS}/{id}/reviews`,
  summary:
    "Another person's signed review of an emergency access; until then the custodian refuses another one.",
  scopes: ["decide"],
  roles,
  duties: ["legal", "approve", "executive"],
  params: RequestPath,
  body: NewReview,
  response: { status: 201, schema: BreakGlassAnswer },
  rate: "decisions",
  action: "emergency.review",
  about: { grant: "id" },
  stepUp: true,
  idempotent: { keep: ["id", "state"] },
});
