import type { RequestSummary } from "@/lib/access/requests/answer-schema";

type Dated = Pick<RequestSummary, "due_at" | "response_due_at">;

/** The two dates of a request, each with its name. Pages, lists, Home and e-mail take them from here. */
export interface ShownDue {
  /** *Answer due*: promised to the requester, seen by both sides. */
  readonly answer: string | undefined;
  /** *Review by*: when its reviewers should have decided. */
  readonly review: string | undefined;
}

/** Returns both dates. A request that must not be answered by a day lapses with its review. */
export function shownDue({ due_at, response_due_at }: Dated): ShownDue {
  return { answer: response_due_at ?? due_at, review: due_at };
}

/** Returns the date that binds this reader: the review for those who decide, the answer for all others. */
export function bindingDue(request: Dated, decides: boolean): string | undefined {
  const { answer, review } = shownDue(request);
  return decides ? review : answer;
}
