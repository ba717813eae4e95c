import { OPERATIONS } from "@/lib/api-client/registry";
import type { Duty, Role, Scope } from "@/lib/vocabulary";

const known = new Map<string, readonly Scope[]>();

/** Every scope that some operation for this role and these duties asks for. */
export function scopesFor(role: Role, duties: readonly Duty[]): readonly Scope[] {
  const key = [role, ...[...duties].sort()].join(" ");
  const found = known.get(key);
  if (found !== undefined) return found;
  const usable = OPERATIONS.filter(
    (operation) =>
      (operation.roles === "any" || operation.roles.includes(role)) &&
      (operation.duties === undefined || operation.duties.some((duty) => duties.includes(duty))),
  );
  const scopes = [
    ...new Set(usable.flatMap(({ scopes: named }) => (typeof named === "string" ? [] : named))),
  ].sort();
  known.set(key, scopes);
  return scopes;
}
