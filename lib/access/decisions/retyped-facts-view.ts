import "server-only";
import type { DecisionRow } from "@/lib/access/decisions/store";
import type { ReviewView } from "@/lib/access/review/schema";
import type { Person } from "@/lib/identity/people/people-store";

type Read = Pick<DecisionRow, "approverUserId" | "confirms" | "decision" | "stage" | "at">;

/** Whose readings count: an approval's, which the order was attested by. */
function approvedReadings(decisions: readonly Read[]) {
  return decisions.flatMap(({ decision, confirms, ...rest }) =>
    decision === "approve" && confirms !== undefined ? [{ ...rest, confirms }] : [],
  );
}

/**
 * What the deciders read in a paper order, in order: only for a person whose own approved reading is among them, since
 * whoever reads second reads for himself. Nobody else gets any of it.
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
