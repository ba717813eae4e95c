import "server-only";
import type { OperationSpec } from "@/lib/api-client/operation";
import type { Principal, Scope } from "@/lib/context";
import { DomainError } from "@/lib/errors";

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

/**
 * Whether this caller may make this call at all, by role, duty and scope. What they may do with which record
 * is the use case's decision.
 */
export function permitCall(operation: OperationSpec, principal: Principal, isEvaluation: boolean): void {
  const { scopes, roles, duties } = operation;
  refuseUnsigned(principal, isEvaluation);
  if (Array.isArray(scopes) && !scopes.some((scope) => principal.scopes.includes(scope))) {
    throw new DomainError("auth.scope", { detail: `This call needs the scope ${scopes.join(" or ")}.` });
  }
  if (roles !== "any" && !roles.includes(principal.role)) {
    throw new DomainError("auth.role", { detail: `This call is not for the role ${principal.role}.` });
  }
  if (duties !== undefined && !duties.some((duty) => principal.duties.includes(duty))) {
    throw new DomainError("auth.role", { detail: `This call needs the duty ${duties.join(" or ")}.` });
  }
}
