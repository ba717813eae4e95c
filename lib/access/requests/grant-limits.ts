import { DAY_MS } from "@/lib/access/rules/limits";
import type { Policies, PolicyNumbers } from "@/lib/context/policies";
import { DomainError, type FieldError } from "@/lib/errors";
import type { DecisionStatement } from "@/lib/escrow/protocol/statements";

/** What a grant would give. */
interface Terms {
  readonly maxViews: number;
  readonly maxExports: number | undefined;
  readonly from: Date;
  /** Undefined: the end is not named yet. */
  readonly until: Date | undefined;
}

/** Returns every place where the terms go beyond what the policies in force let one grant give. */
function beyond(
  { maxViews, maxExports = 0, from, until }: Terms,
  limits: PolicyNumbers["grants"],
): FieldError[] {
  const days = until === undefined ? 0 : (until.getTime() - from.getTime()) / DAY_MS;
  const found: [boolean, string, string][] = [
    [maxViews > limits.max_views, "/max_views", `is more than the ${limits.max_views} views of one grant`],
    [
      maxExports > limits.max_exports,
      "/max_exports",
      `is more than the ${limits.max_exports} exports of one grant`,
    ],
    [days > limits.max_days, "/until", `is later than the ${limits.max_days} days of one grant`],
  ];
  return found.flatMap(([isBeyond, pointer, detail]) => (isBeyond ? [{ pointer, detail }] : []));
}

/** Throws 422 for a request of more than the policies in force let one grant give. */
export function requireAskable(
  { policies }: { readonly policies: Policies },
  asked: Omit<Terms, "from"> & { readonly from: Date | undefined },
  now: Date,
): void {
  const errors = beyond({ ...asked, from: asked.from ?? now }, policies.active().settings.grants);
  if (errors.length > 0)
    throw new DomainError("request.invalid", {
      detail: "The policies in force let one grant give less than this.",
      errors,
    });
}

/**
 * Throws 422 for an approval of more than the policies in force let one grant give. A request that was filed under
 * earlier policies may ask for more; its deciders narrow it.
 */
export function requireGrantable(
  { policies }: { readonly policies: Policies },
  { decision, max_views, not_before, not_after }: DecisionStatement,
  maxExports: number | undefined,
): void {
  if (decision !== "approve") return;
  const terms = { maxViews: max_views, maxExports, from: new Date(not_before), until: new Date(not_after) };
  const errors = beyond(terms, policies.active().settings.grants);
  if (errors.length > 0)
    throw new DomainError("decision.not-narrower", {
      detail: "The policies in force let one grant give less than this. Narrow the approval.",
      errors,
    });
}
