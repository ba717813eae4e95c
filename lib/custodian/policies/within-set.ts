import "server-only";
import { type Core, remember } from "@/lib/custodian/core";
import { type EffectiveScope, instantOf } from "@/lib/custodian/grants/scope";
import { refuse } from "@/lib/custodian/refused";
import { validityTime } from "@/lib/escrow/protocol/statements";

const DAY_MS = 86_400_000;

/**
 * Requires that a decided grant names the policy set in force, and returns its scope within the numbers of that set. A
 * grant made under another set is refused: the portal that missed a switch, or invented a set, tries again with the right
 * one. Before the custodian has a set, every set has the bounds of all sets.
 */
export function withinSet<S extends Pick<EffectiveScope, "not_before" | "not_after" | "max_views">>(
  core: Core,
  named: string | undefined,
  scope: S,
): S {
  const { current } = core.memory.policies;
  if (current === undefined) return scope;
  if (named !== current.document)
    refuse("policy", "The grant was made under a policy set that is not in force here.");
  const last = instantOf(scope.not_before) + current.max_days * DAY_MS;
  return {
    ...scope,
    max_views: Math.min(scope.max_views, current.max_views),
    not_after: validityTime(new Date(Math.min(instantOf(scope.not_after), last))),
  };
}

/**
 * Remembers the set that the first accepted grant names. From then on another set needs signatures. The portal writes
 * the first set of an instance, and no person signs it.
 */
export function beginWith(core: Core, named: string | undefined): void {
  if (named === undefined || core.memory.policies.current !== undefined) return;
  remember(core, { kind: "policy-begin", document: named });
}
