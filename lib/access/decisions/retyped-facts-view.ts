import "server-only";
import type { DecisionRow } from "@/lib/access/decisions/store";
import type { ReviewView } from "@/lib/access/review/schema";
import type { Person } from "@/lib/identity/people/people-store";

type Read = Pick<DecisionRow, "approverUserId" | "confirms" | "decision" | "stage" | "at">;

/** Whose readings count: those of approvals, by which the order was attested. */
function approvedReadings(decisions: readonly Read[]) {
  return decisions.flatMap(({ decision, confirms, ...rest }) =>
    decision === "approve" && confirms !== undefined ? [{ ...rest, confirms }] : [],
  );
}

/**
 * Returns what the deciders read in a paper order, in order. Only a person whose own approved reading is among them
 * gets it, since the second decider must read the paper independently. All others get an empty list.
 */
export function retypedFactsView(
  decisions: readonly Read[],
  viewerUserId: string,
  people: ReadonlyMap<string, Pick<Person, "name">>,
): ReviewView["readings"] {
  const readings = approvedReadings(decisions);
  if (!readings.some((one) => one.approverUserId === viewerUserId)) return [];
  return readings.map(({ stage, approverUserId, at, confirms }) => ({
    stage,
    by: people.get(approverUserId)?.name ?? "",
    at: at.toISOString(),
    confirms,
  }));
}
