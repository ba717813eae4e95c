import "server-only";
import type { Roster } from "@/lib/escrow/protocol/roster";

/** Organisations that the roster names for these participants; none for one it knows no person of. */
export function partiesOrganisations(roster: Roster, parties: readonly string[]): readonly string[] {
  return roster.persons.flatMap(({ participant, organisation }) =>
    participant !== undefined && parties.includes(participant) ? [organisation] : [],
  );
}
