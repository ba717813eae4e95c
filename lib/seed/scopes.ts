import { OPERATIONS } from "@/lib/api-client/registry";
import type { Duty, Role, Scope } from "@/lib/context";

/** Every scope that some operation for this role and these duties asks for. */
export function scopesFor(role: Role, duties: readonly Duty[]): Scope[] {
  const usable = OPERATIONS.filter(
    (operation) =>
      (operation.roles === "any" || operation.roles.includes(role)) &&
      (operation.duties === undefined || operation.duties.some((duty) => duties.includes(duty))),
  );
  const scopes = usable.flatMap(({ scopes }) => (typeof scopes === "string" ? [] : scopes));
  return [...new Set(scopes)].sort();
}
