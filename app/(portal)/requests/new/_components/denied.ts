import type { RequestView } from "@/lib/access/answer-schema";

/** The denial of the request that a new one is begun from. */
export interface Denied {
  readonly reference: string;
  readonly name: string;
  readonly reason: string;
}

export function deniedOf({
  reference,
  decisions,
}: Pick<RequestView, "reference" | "decisions">): Denied | undefined {
  const denial = decisions.find(({ decision }) => decision === "deny");
  return denial === undefined ? undefined : { reference, name: denial.approver.name, reason: denial.comment };
}
