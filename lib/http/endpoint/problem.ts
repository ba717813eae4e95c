import "server-only";
import { DomainError, type FieldError } from "@/lib/errors";
import { type HttpAnswer, responseOf } from "@/lib/http/endpoint/http-answer";

const MAX_FIELD_ERRORS = 50;

/** Members that every problem document has about the request it answers. */
export interface ProblemPlace {
  readonly requestId: string;
  /** Path of the request without its query, which may hold values. */
  readonly instance: string;
}

/** RFC 9457 problem document as api.md has it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors?: readonly FieldError[];
  readonly [extra: string]: unknown;
}

/** The document of an expected failure. Further members never replace the standard ones. */
export function problemOf(error: DomainError, place: ProblemPlace): Problem {
  return {
    ...error.extra,
    type: `urn:sealport:problem:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.detail ?? error.title,
    instance: place.instance,
    code: error.code,
    request_id: place.requestId,
    ...(error.errors.length === 0 ? {} : { errors: error.errors.slice(0, MAX_FIELD_ERRORS) }),
  };
}

/** The document of an unexpected failure: a request id, without the cause. */
export function internalProblem(place: ProblemPlace): Problem {
  return {
    type: "about:blank",
    title: "Internal Server Error",
    status: 500,
    instance: place.instance,
    code: "service.internal",
    request_id: place.requestId,
  };
}

/** A problem document as an answer. */
export function problemAnswer(problem: Problem, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return {
    status: problem.status,
    headers: { ...headers, "content-type": "application/problem+json" },
    body: JSON.stringify(problem),
  };
}

/** A problem document as a Response. */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return responseOf(problemAnswer(problem, headers));
}

/** RFC 9470: a newer proof is missing, not a credential. */
const STEP_UP = 'Bearer error="insufficient_user_authentication", max_age=900';

/** Headers that belong to an error: how to authenticate, when to retry. */
export function problemHeaders(error: DomainError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.code === "auth.step-up") headers["www-authenticate"] = STEP_UP;
  else if (error.status === 401) headers["www-authenticate"] = 'Bearer realm="sealport"';
  if (error.retryAfterSeconds !== undefined) headers["retry-after"] = String(error.retryAfterSeconds);
  else if (error.status === 503) headers["retry-after"] = "5";
  // RFC 9110 section 14.4: the range that exists instead of the requested one.
  if (error.status === 416) headers["content-range"] = `bytes */${String(error.extra.size)}`;
  return headers;
}

/** 422 for one place in the request. */
export function invalid(pointer: string, detail: string): DomainError {
  return new DomainError("request.invalid", {
    detail: "The request does not match its schema.",
    errors: [{ pointer, detail }],
  });
}
