import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import { Expressions, type Names, roleOf } from "./expression";
import { OutsideFragment, type ProvedAction } from "./fragment";

/** Policies by id, as Cedar's JSON. */
export type JsonPolicies = ReadonlyMap<string, PolicyJson>;

function isForAction({ action }: PolicyJson, wanted: ProvedAction): boolean {
  if (action.op === "All") return true;
  if (!("entity" in action) && !("entities" in action)) throw new OutsideFragment("a template");
  const named = "entities" in action ? action.entities : [action.entity];
  return named.some((one) => {
    const { type, id } = "__entity" in one ? one.__entity : one;
    if (type !== "Action") throw new OutsideFragment(`an action of type ${type}`);
    return id === wanted;
  });
}

/** Returns the conditions of the policy's head: a role, or none. */
function scopeOf({ principal, resource }: PolicyJson, expressions: Expressions): string[] {
  if (resource.op !== "All") throw new OutsideFragment("a policy about one resource");
  if (principal.op === "All") return [];
  if (principal.op !== "in" || !("entity" in principal))
    throw new OutsideFragment("a policy about one person or type");
  return [expressions.inRole(roleOf(principal.entity))];
}

function policyTerm(policy: PolicyJson, action: ProvedAction, names: Names): string {
  const expressions = new Expressions(action, names);
  const parts = scopeOf(policy, expressions);
  for (const { kind, body } of policy.conditions) {
    const condition = expressions.condition(body);
    parts.push(kind === "when" ? condition : `(not ${condition})`);
  }
  return parts.length === 0 ? "true" : `(and ${parts.join("\n    ")} true)`;
}

function alternatives(terms: readonly string[]): string {
  return terms.length === 0 ? "false" : `(or\n  ${terms.join("\n  ")}\n  false)`;
}

/**
 * Returns "this set allows the request" as a term: a permit applies, and no forbid does. Cedar skips a policy whose
 * evaluation fails, and the engine then refuses; strict validation excludes both within the fragment. Throws
 * OutsideFragment with the policy's id.
 */
export function encodeSet(policies: JsonPolicies, action: ProvedAction, names: Names): string {
  const [permits, forbids]: [string[], string[]] = [[], []];
  for (const [id, policy] of policies) {
    try {
      if (!isForAction(policy, action)) continue;
      const term = `; ${id.replaceAll(/[^\w-]/g, "?")}\n  ${policyTerm(policy, action, names)}`;
      (policy.effect === "permit" ? permits : forbids).push(term);
    } catch (error) {
      if (error instanceof OutsideFragment) throw new OutsideFragment(error.construct, id);
      throw error;
    }
  }
  return `(and ${alternatives(permits)}\n (not ${alternatives(forbids)}))`;
}
