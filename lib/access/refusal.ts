import type { Reason } from "@/lib/access/reason";
import { DomainError } from "@/lib/errors";

/**
 * The error of a refusal: code and sentence of the first reason, the ids of all of them beside it, and the next time at
 * which it would not be refused, when there is one.
 */
export function refusalOf(
  reasons: readonly [Reason, ...Reason[]],
  nextPossibleAt?: Date | undefined,
): DomainError {
  const [first] = reasons;
  // What may not be known of is told without its reason.
  if (first.code.endsWith(".not-found")) return new DomainError(first.code);
  return new DomainError(first.code, {
    detail: first.detail,
    extra: {
      reason: first.id,
      reasons: reasons.map(({ id }) => id),
      ...(nextPossibleAt === undefined ? {} : { next_possible_at: nextPossibleAt.toISOString() }),
    },
  });
}
