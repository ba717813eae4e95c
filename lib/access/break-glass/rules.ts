import { isReviewer } from "@/lib/access/rules/action-rules";
import type { SubjectFacts } from "@/lib/access/rules/facts";
import { type Reason, reason } from "@/lib/access/rules/reason";
import { BREAK_GLASS_DUTY, REVIEWING_DUTIES } from "@/lib/escrow/protocol/break-glass-statement";

type Subject = Pick<SubjectFacts, "userId" | "role" | "duties">;

/** Returns the reasons against a use of break-glass; an empty list allows it. Pure. */
export function useReasons(
  subject: Subject,
  facts: { readonly isParty: boolean; readonly isBlocked: boolean },
): Reason[] {
  if (subject.role !== "coordinator" || !subject.duties.some((duty) => duty === BREAK_GLASS_DUTY))
    return [
      reason(
        "floor.break-glass-duty",
        "access.forbidden",
        "Only people with the duty break-glass on the roster can use emergency access.",
      ),
    ];
  if (facts.isBlocked)
    return [reason("floor.review-due", "access.forbidden", "Your earlier use waits for its review.")];
  if (facts.isParty)
    return [
      reason(
        "floor.break-glass-party",
        "access.forbidden",
        "Members of a party's organisation cannot use emergency access for its transactions.",
      ),
    ];
  return [];
}

/** Whether the person knows of every use: deciders and people who may review one. */
export function knowsEveryUse(subject: Subject): boolean {
  const mayReview = subject.duties.some((duty) => REVIEWING_DUTIES.includes(duty));
  return isReviewer(subject) || (subject.role === "coordinator" && mayReview);
}

/** Whether a person may know of a use: its holder, and those who know of every use. */
export function mayKnowOf(subject: Subject, holderUserId: string): boolean {
  return subject.userId === holderUserId || knowsEveryUse(subject);
}

/**
 * Returns the reasons against a review. A holder cannot review their own use, and the reviewer needs a duty for it. A
 * use that the reviewer may not know of is answered as not found.
 */
export function reviewReasons(
  subject: Subject,
  facts: { readonly holderUserId: string; readonly isBlocked: boolean },
): Reason[] {
  if (!mayKnowOf(subject, facts.holderUserId))
    return [reason("floor.emergency-of-another", "grant.not-found", "Not found.")];
  if (subject.userId === facts.holderUserId)
    return [reason("floor.self-approval", "decision.self", "You cannot review your own emergency access.")];
  if (!subject.duties.some((duty) => REVIEWING_DUTIES.includes(duty)))
    return [
      reason("default.review-duty", "decision.duty", "A review needs the duty legal, approve or executive."),
    ];
  if (facts.isBlocked)
    return [
      reason(
        "floor.review-due",
        "access.forbidden",
        "You cannot review others while your own use waits for its review.",
      ),
    ];
  return [];
}
