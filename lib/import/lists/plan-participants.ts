import { NewParticipant, type Participant } from "@/lib/administration/participants/schema";
import { isHome } from "@/lib/administration/people/standing";
import {
  findOrganisation,
  indexOrganisations,
  type KnownOrganisation,
  type OrganisationIndex,
  parseLine,
} from "./organisations";
import type { Planned, RowPlan } from "./plan-rows";
import type { ListRow } from "./read-rows";

/** What exists already. */
export interface KnownParticipants {
  readonly organisations: readonly KnownOrganisation[];
  readonly participants: readonly Omit<Participant, "created_at">[];
}

/** Returns the participant that the cells describe, or what is wrong with them. */
export function readParticipant(
  { id = "", organisation = "", role = "", kind = "" }: ListRow["values"],
  organisations: OrganisationIndex,
): Exclude<Planned<NewParticipant>, { what: "exists" }> {
  const place = findOrganisation(organisations, organisation);
  if ("fault" in place) return { what: "wrong", faults: [place.fault] };
  const { found } = place;
  const line = parseLine(NewParticipant, {
    ...{ id, organisation_id: found.id, role: role.toLowerCase() },
    kind: kind === "" ? "legal" : kind.toLowerCase(),
  });
  if ("faults" in line) return { what: "wrong", faults: line.faults };
  const { body } = line;
  if (isHome(body.role, found.kind)) return { what: "create", body };
  return { what: "wrong", faults: [{ code: "home", role: body.role, kind: found.kind }] };
}

/**
 * Plans lines of participants. A line is wrong if its participant exists with other facts, because an import changes no
 * participant.
 */
export function planParticipants({
  organisations,
  participants,
}: KnownParticipants): RowPlan<NewParticipant> {
  const known = new Map(participants.map((one) => [one.id, one]));
  const index = indexOrganisations(organisations);
  return {
    key: "id",
    same: (id) => id,
    plan: (values) => {
      const read = readParticipant(values, index);
      const found = known.get(values.id ?? "");
      if (read.what === "wrong" || found === undefined) return read;
      const { organisation_id: id, role, kind } = read.body;
      const isSame = found.organisation.id === id && found.role === role && found.kind === kind;
      return isSame ? { what: "exists" } : { what: "wrong", faults: [{ code: "differs" }] };
    },
  };
}
