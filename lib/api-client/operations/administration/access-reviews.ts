import { RecordAccess } from "@/lib/administration/access-review/record-schema";
import { ResultAnswer } from "@/lib/administration/access-review/result-schema";
import {
  DecidedAnswer,
  DecisionBody,
  NewReview,
  Review,
  ReviewAnswer,
  ReviewerAnswer,
  ReviewerBody,
  ReviewList,
  ReviewListQuery,
  ReviewPath,
  ReviewQuery,
  SignBody,
} from "@/lib/administration/access-review/schema";
import { operation } from "@/lib/api-client/operation";
import { OrganisationPath } from "@/lib/organisations/schema";
import { TransactionPath } from "@/lib/transactions/schema";

const REVIEWS = "/confidential/admin/access-reviews";
/** The use cases decide who may read and decide what, because organisations name their reviewers. */
const roles = ["admin", "coordinator", "auditor", "regulator"] as const;
const read = { scopes: ["read"], roles, rate: "reads" } as const;
const act = { scopes: ["decide"], roles, rate: "writes", stepUp: true } as const;

export const listAccessReviews = operation({
  id: "listAccessReviews",
  method: "GET",
  path: REVIEWS,
  summary: "Access reviews, newest first, and when the next one begins.",
  ...read,
  query: ReviewListQuery,
  response: { status: 200, schema: ReviewList },
  action: "access_review.read",
});

export const beginAccessReview = operation({
  id: "beginAccessReview",
  method: "POST",
  path: REVIEWS,
  summary: "Begin a review of everyone's access, as an administrator or compliance.",
  ...act,
  body: NewReview,
  response: { status: 201, schema: ReviewAnswer, location: "/confidential/admin/access-reviews/{id}" },
  action: "access_review.begin",
  idempotent: { allBut: [] },
});

export const getAccessReview = operation({
  id: "getAccessReview",
  method: "GET",
  path: `${REVIEWS}/{id}`,
  summary: "One review: each person and program, what they may do, warnings, and decisions.",
  ...read,
  params: ReviewPath,
  query: ReviewQuery,
  response: { status: 200, schema: Review },
  action: "access_review.read",
});

export const decideAccessReview = operation({
  id: "decideAccessReview",
  method: "POST",
  path: `${REVIEWS}/{id}/decisions`,
  summary: "Keep rows, or ask to change or remove one. A second administrator must agree to a change.",
  ...act,
  params: ReviewPath,
  body: DecisionBody,
  response: { status: 200, schema: DecidedAnswer },
  action: "access_review.decide",
});

export const signAccessReview = operation({
  id: "signAccessReview",
  method: "POST",
  path: `${REVIEWS}/{id}/sign`,
  summary: "Sign the caller's decisions. The last signature ends the review.",
  ...act,
  params: ReviewPath,
  body: SignBody,
  response: { status: 200, schema: ReviewAnswer },
  action: "access_review.sign",
});

export const getAccessReviewResult = operation({
  id: "getAccessReviewResult",
  method: "GET",
  path: `${REVIEWS}/{id}/result`,
  summary: "The result of a review. It has a digest, also in the log, once the review has ended.",
  ...read,
  params: ReviewPath,
  response: { status: 200, schema: ResultAnswer },
  action: "access_review.export",
});

export const exportAccessReview = operation({
  id: "exportAccessReview",
  method: "GET",
  path: `${REVIEWS}/{id}/export`,
  summary: "The same result as CSV, one line for each person and program.",
  ...read,
  params: ReviewPath,
  response: { status: 200, mediaType: "text/csv" },
  action: "access_review.export",
  stream: true,
});

export const getRecordAccess = operation({
  id: "getRecordAccess",
  method: "GET",
  path: "/confidential/admin/record-access/{id}",
  summary: "Who may open which fields of one transaction now, and why. No field is opened.",
  ...read,
  params: TransactionPath,
  response: { status: 200, schema: RecordAccess },
  action: "access_review.record",
  about: { transaction: "id" },
});

export const exportRecordAccess = operation({
  id: "exportRecordAccess",
  method: "GET",
  path: "/confidential/admin/record-access/{id}/export",
  summary: "The same as CSV, one line for each person.",
  ...read,
  params: TransactionPath,
  response: { status: 200, mediaType: "text/csv" },
  action: "access_review.record",
  about: { transaction: "id" },
  stream: true,
});

export const nameAccessReviewer = operation({
  id: "nameAccessReviewer",
  method: "PUT",
  path: "/confidential/admin/organisations/{id}/access-reviewer",
  summary:
    "Name the person who decides on an organisation's access in reviews. Without a person, compliance decides.",
  scopes: ["admin"],
  roles: ["admin"],
  duties: ["admin"],
  rate: "writes",
  stepUp: true,
  params: OrganisationPath,
  body: ReviewerBody,
  response: { status: 200, schema: ReviewerAnswer },
  action: "organisation.change",
});
