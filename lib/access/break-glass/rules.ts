import { isReviewer } from "@/lib/access/rules/action-rules";
import type { SubjectFacts } from "@/lib/access/rules/facts";
import { type Reason, reason } from "@/lib/access/rules/reason";
import { BREAK_GLASS_DUTY, REVIEWING_DUTIES } from "@/lib/escrow/protocol/break-glass-statement";

type Subject = Pick<SubjectFacts, "userId" | "role" | "duties">;

/** Reasons against a use of break-glass; none means it is allowed. Pure. */
export function useReasons(
  subject: Subject,
  facts: { readonly isParty: boolean; readonly isBlocked: boolean },
): Reason[] {
  if (subject.role !== "coordinator" || !subject.duties.some((duty) => duty === BREAK_GLASS_DUTY))
    return [
      reason("floor.break-glass-duty", "access.forbidden", "Break-glass is for those whom the roster names."),
    ];
  if (facts.isBlocked)
    return [reason("floor.review-due", "access.forbidden", "Your earlier use waits for its review.")];
  if (facts.isParty)
    return [
      reason(
        "floor.break-glass-party",
        "access.forbidden",
        "Nobody of a party's organisation breaks the glass for its records.",
      ),
    ];
  return [];
}

/** Those who know of every use: who decides, and who may review one. */
export function knowsEveryUse(subject: Subject): boolean {
  const mayReview = subject.duties.some((duty) => REVIEWING_DUTIES.includes(duty));
  return isReviewer(subject) || (subject.role === "coordinator" && mayReview);
}

/** Whether a person may know of a use: its holder, and those who know of every one. */
export function mayKnowOf(subject: Subject, holderUserId: string): boolean {
  return subject.userId === holderUserId || knowsEveryUse(subject);
}

/** Reasons against a review: never one's own, and with a duty for it. What one may not know of does not exist. */
export function reviewReasons(
  subject: Subject,
  facts: { readonly holderUserId: string; readonly isBlocked: boolean },
): Reason[] {
  if (!mayKnowOf(subject, facts.holderUserId))
    return [
      reason("floor.emergency-of-another", "grant.not-found", "There is nothing here that you may know of."),
    ];
  if (subject.userId === facts.holderUserId)
    return [reason("floor.self-approval", "decision.self", "Nobody reviews a use of his own.")];
  if (!subject.duties.some((duty) => REVIEWING_DUTIES.includes(duty)))
    return [
      reason("default.review-duty", "decision.duty", "A review needs the duty legal, approve or executive."),
    ];
  if (facts.isBlocked)
    return [
      reason("floor.review-due", "access.forbidden", "Whose own use waits for its review reviews nobody's."),
    ];
  return [];
}
