import { tagOf } from "@/lib/api-client/openapi/tags";
import type { OperationSpec } from "@/lib/api-client/operation";
import { ERROR_CODES, type ErrorCode } from "@/lib/error-codes";

/** Answered by the server itself, before it reads a call (scripts/server/portal-server.mjs). */
const OF_SERVER: readonly ErrorCode[] = [
  "request.malformed",
  "request.timeout",
  "request.expectation",
  "request.headers-too-large",
];
/** Answered by the wrapper of every call with authentication, before its use case runs. */
const EVERY: readonly ErrorCode[] = [
  ...OF_SERVER,
  "request.invalid-path",
  "request.not-found",
  "request.method-not-allowed",
  "request.invalid",
  "auth.required",
  "auth.invalid",
  "auth.session",
  "auth.signature",
  "auth.scope",
  "auth.role",
  "auth.address",
  "auth.signature-required",
  "rate.exceeded",
  "access.inactive",
  "service.database-unavailable",
  "service.audit-unavailable",
  "service.keystore-unavailable",
  "service.limiter-unavailable",
  "service.unavailable",
];
/** Of the family `request`, which is also that of access requests: problems of any call are listed above. */
const OF_ANY_CALL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...EVERY,
  "request.too-large",
  "request.unsupported-media-type",
]);
const PUBLIC: readonly ErrorCode[] = [
  ...OF_SERVER,
  "request.method-not-allowed",
  "service.database-unavailable",
];

function wrapperCodes(operation: OperationSpec): ErrorCode[] {
  const codes = [...EVERY];
  if (operation.method !== "GET")
    codes.push("request.too-large", "request.unsupported-media-type", "auth.origin");
  if (operation.idempotent !== undefined) codes.push("idempotency.mismatch", "idempotency.in-progress");
  if (operation.sessionOnly === true) codes.push("auth.session-only");
  if (operation.stepUp === true || operation.action.startsWith("dispute.")) codes.push("auth.step-up");
  if (operation.ifMatch === true) codes.push("request.outdated");
  return codes;
}

const familyOf = (code: string): string => code.slice(0, code.indexOf("."));
const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code);
const ALL_CODES: readonly ErrorCode[] = Object.keys(ERROR_CODES).filter(isCode);

/** A problem code as the reference describes it. */
export interface ProblemCode {
  readonly code: ErrorCode;
  readonly status: number;
  readonly title: string;
}

function problemCode(code: ErrorCode): ProblemCode {
  const [status, title] = ERROR_CODES[code];
  return { code, status, title };
}

/**
 * Returns the problem codes that a call can answer, in the order of their statuses. `ofCall` follows from the call's
 * declaration. `ofPart` has all codes of its part of the API, so some of them may not apply to this call.
 */
export function problemsOf(operation: OperationSpec): {
  readonly ofCall: readonly ProblemCode[];
  readonly ofPart: readonly ProblemCode[];
} {
  const byStatus = (codes: readonly ErrorCode[]) =>
    [...new Set(codes)].map(problemCode).sort((a, b) => a.status - b.status || (a.code < b.code ? -1 : 1));
  if (operation.scopes === "none") return { ofCall: byStatus(PUBLIC), ofPart: [] };
  const ofCall = wrapperCodes(operation);
  const { families } = tagOf(operation);
  const ofPart = ALL_CODES.filter(
    (code) => families.includes(familyOf(code)) && !OF_ANY_CALL.has(code) && !ofCall.includes(code),
  );
  return { ofCall: byStatus(ofCall), ofPart: byStatus(ofPart) };
}

/** Every code, by status. */
export const ALL_PROBLEMS: readonly ProblemCode[] = ALL_CODES.map(problemCode).sort(
  (a, b) => a.status - b.status || (a.code < b.code ? -1 : 1),
);

/** Statuses of the problems that a call can answer; the only code with status 500 is `service.internal`. */
export function problemStatusesOf(operation: OperationSpec): readonly number[] {
  const { ofCall, ofPart } = problemsOf(operation);
  const statuses = [...ofCall, ...ofPart].map(({ status }) => status);
  const unexpected = operation.scopes === "none" ? [503] : [500, 503];
  return [...new Set([...statuses, ...unexpected])].sort((a, b) => a - b);
}
