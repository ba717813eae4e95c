import "server-only";
import type { OperationSpec } from "@/lib/api-client/operation";
import type { Principal } from "@/lib/context/principal";
import { DomainError } from "@/lib/errors";
import { isPrivileged } from "@/lib/identity/sessions/privileged";
import { isFresh } from "@/lib/identity/sessions/session-rules";
import type { Scope } from "@/lib/vocabulary";

/** Outside evaluation a key that carries one of these must sign its calls (api.md "System"). */
const SIGNED_SCOPES: readonly Scope[] = ["disclose", "export", "decide"];

function refuseUnsigned(principal: Principal, isEvaluation: boolean): void {
  if (isEvaluation || principal.proof.kind !== "api-key" || principal.proof.signed) return;
  const scope = SIGNED_SCOPES.find((name) => principal.scopes.includes(name));
  if (scope !== undefined) {
    throw new DomainError("auth.signature-required", {
      detail: `A key with the scope ${scope} must sign its calls.`,
    });
  }
}

/** Calls of weight take a privileged person's second factor not older than 15 minutes (RFC 9470). */
export function requireFreshProof(operation: OperationSpec, principal: Principal, now: Date): void {
  const { proof } = principal;
  if (operation.stepUp !== true || proof.kind !== "session" || !isPrivileged(principal)) return;
  if (!isFresh(proof.multiFactorAt, now))
    throw new DomainError("auth.step-up", {
      detail: "This needs a proof of your second factor from the last 15 minutes.",
    });
}

/**
 * Whether this caller may make this call at all, by role, duty and scope. The use case decides what they may do with
 * which record.
 */
export function permitCall(operation: OperationSpec, principal: Principal, isEvaluation: boolean): void {
  const { scopes, roles, duties } = operation;
  if (operation.sessionOnly === true && principal.proof.kind !== "session")
    throw new DomainError("auth.session-only", {
      detail: "An API key cannot make this call. Sign in instead.",
    });
  refuseUnsigned(principal, isEvaluation);
  const isForRole = roles === "any" || roles.includes(principal.role);
  // Another key is of no use to a person whose role cannot make the call.
  const otherRoles = isForRole ? "" : ` Roles that can make it: ${roles.join(", ")}.`;
  if (Array.isArray(scopes) && !scopes.some((scope) => principal.scopes.includes(scope))) {
    throw new DomainError("auth.scope", {
      detail: `This call needs the scope ${scopes.join(" or ")}.${otherRoles}`,
    });
  }
  if (!isForRole) {
    throw new DomainError("auth.role", {
      detail: `This call is not for the role ${principal.role}.${otherRoles}`,
      extra: { role: principal.role },
    });
  }
  if (duties !== undefined && !duties.some((duty) => principal.duties.includes(duty))) {
    throw new DomainError("auth.role", {
      detail: `This call needs the duty ${duties.join(" or ")}.`,
      extra: { duties },
    });
  }
}

/**
 * Returns, as an answer, why this caller may not make this call; undefined where they may, or where the call does not
 * exist.
 */
export function permitRefusal(
  operation: OperationSpec | undefined,
  principal: Principal,
  isEvaluation: boolean,
): DomainError | undefined {
  try {
    if (operation !== undefined) permitCall(operation, principal, isEvaluation);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  return undefined;
}
