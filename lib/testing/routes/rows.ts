import type { OperationSpec } from "@/lib/api-client/operation";
import { OPERATIONS } from "@/lib/api-client/registry";
import { Duty, Role } from "@/lib/vocabulary";

// What the declarations promise, computed without the code that enforces it (lib/http/endpoint/permit-call.ts), so that tests compare the
// two.

/** A kind of person: a role, and one duty or none. */
export interface Caller {
  readonly role: Role;
  readonly duty?: Duty;
}

export const ROLES = Role.options;
export const DUTIES = Duty.options;

/** Every role alone, and every duty with each role that a declaration permits with a duty. */
export const CALLERS: readonly Caller[] = ROLES.flatMap((role) => [
  { role },
  ...(role === "coordinator" || role === "admin" ? DUTIES.map((duty) => ({ role, duty })) : []),
]);

export function nameOf({ role, duty }: Caller): string {
  return duty === undefined ? role : `${role} with ${duty}`;
}

/** The credential of a call. The first kind identifies no person; the others belong to one. */
export const STRANGERS = [
  "none",
  "malformed",
  "foreign key",
  "expired key",
  "revoked key",
  "bad signature",
  "ended session",
  "key and session",
] as const;
export const CREDENTIALS = [
  "session",
  "session without step-up",
  "key",
  "signed key",
  "key without the scope",
  "key from a wrong address",
  "unsigned key outside evaluation",
] as const;
export type Stranger = (typeof STRANGERS)[number];
export type Credential = (typeof CREDENTIALS)[number];

/** The answer to a call: `pass` if it gets as far as its input. */
export type Verdict =
  | "pass"
  | `${401} auth.${"required" | "invalid" | "signature" | "session" | "step-up"}`
  | `${403} auth.${"session-only" | "scope" | "role" | "address" | "signature-required"}`;

const STRANGER_VERDICTS: Readonly<Record<Stranger, Verdict>> = {
  none: "401 auth.required",
  malformed: "401 auth.invalid",
  "foreign key": "401 auth.invalid",
  "expired key": "401 auth.invalid",
  "revoked key": "401 auth.invalid",
  "bad signature": "401 auth.signature",
  "ended session": "401 auth.session",
  "key and session": "401 auth.invalid",
};

export function verdictForStranger(credential: Stranger): Verdict {
  return STRANGER_VERDICTS[credential];
}

/** Returns whether role and duty are those that the operation asks for. */
export function isLetIn(operation: OperationSpec, { role, duty }: Caller): boolean {
  const { roles, duties } = operation;
  const hasRole = roles === "any" || roles.includes(role);
  return hasRole && (duties === undefined || (duty !== undefined && duties.includes(duty)));
}

/** Returns whether this person needs a second factor: by role or by any duty (identity.md "Factors"). */
function isPrivileged({ role, duty }: Caller): boolean {
  return duty !== undefined || (role !== "client" && role !== "miner");
}

/** Returns whether a person's session has a scope for the call: that of any operation open to them. */
function hasSessionScope(operation: OperationSpec, caller: Caller): boolean {
  const { scopes } = operation;
  if (typeof scopes === "string") return true;
  return OPERATIONS.some(
    (other) =>
      typeof other.scopes !== "string" &&
      isLetIn(other, caller) &&
      other.scopes.some((scope) => scopes.includes(scope)),
  );
}

function verdictForSession(operation: OperationSpec, caller: Caller, isFresh: boolean): Verdict {
  if (!hasSessionScope(operation, caller)) return "403 auth.scope";
  if (!isLetIn(operation, caller)) return "403 auth.role";
  return operation.stepUp === true && isPrivileged(caller) && !isFresh ? "401 auth.step-up" : "pass";
}

/** Returns the answer that the declaration promises this caller with this credential. */
export function verdictFor(operation: OperationSpec, caller: Caller, credential: Credential): Verdict {
  if (credential === "session") return verdictForSession(operation, caller, true);
  if (credential === "session without step-up") return verdictForSession(operation, caller, false);
  if (credential === "key from a wrong address") return "403 auth.address";
  if (operation.sessionOnly === true) return "403 auth.session-only";
  if (credential === "unsigned key outside evaluation") return "403 auth.signature-required";
  if (credential === "key without the scope" && typeof operation.scopes !== "string") return "403 auth.scope";
  return isLetIn(operation, caller) ? "pass" : "403 auth.role";
}

/** The operations that identify the caller: one row of the table each. */
export const GUARDED: readonly OperationSpec[] = OPERATIONS.filter(({ scopes }) => scopes !== "none");
/** The few operations that do not. */
export const OPEN: readonly OperationSpec[] = OPERATIONS.filter(({ scopes }) => scopes === "none");

/**
 * Routes that are not operations: the answer for every other address, the sign-in, and a file of the tour. A new one must be listed here,
 * with the reason.
 */
export const OTHER_ROUTES: Readonly<Record<string, string>> = {
  "/confidential/{rest}": "every address without an operation: authentication first, then 404",
  "/api/auth/{nextauth}": "signing in, and invitation links: before any sign-in",
  "/api/auth/passkey/options": "a challenge for a passkey: before any sign-in",
  "/scim/v2/{rest}":
    "identity providers by SCIM: a token of the organisation, then lib/http/scim/scim-calls.ts",
  "/tour/order": "the sample order that the tour uploads: the same for all",
};
