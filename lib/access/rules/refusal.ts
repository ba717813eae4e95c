import type { SubjectFacts } from "@/lib/access/rules/facts";
import type { Reason } from "@/lib/access/rules/reason";
import { audienceOf, wordsFor } from "@/lib/access/rules/role-words";
import { DomainError } from "@/lib/errors";

/** When it would not be refused, and the role that reads the answer. */
interface RefusalDetails {
  readonly nextPossibleAt?: Date | undefined;
  readonly reader?: Pick<SubjectFacts, "role" | "duties">;
}

/**
 * Returns the error of a refusal: code and sentence of the first reason with the text for the reader's role, the ids of
 * all reasons, and the next time at which it would be allowed, when there is one.
 */
export function refusalOf(
  reasons: readonly [Reason, ...Reason[]],
  { nextPossibleAt, reader }: RefusalDetails = {},
): DomainError {
  const [first] = reasons;
  // What the caller may not know of is refused without a reason.
  if (first.code.endsWith(".not-found")) return new DomainError(first.code);
  const audience = reader === undefined ? undefined : audienceOf(reader);
  const words = wordsFor(first.id, audience);
  return new DomainError(first.code, {
    detail: words === undefined ? first.detail : `${first.detail} ${words}`,
    extra: {
      ...(words === undefined ? {} : { audience }),
      reason: first.id,
      reasons: reasons.map(({ id }) => id),
      ...(nextPossibleAt === undefined ? {} : { next_possible_at: nextPossibleAt.toISOString() }),
    },
  });
}
