import { NewPerson, type PersonSummary } from "@/lib/administration/people/schema";
import { dutiesFault, isHome, isInVerifiedDomain } from "@/lib/administration/people/standing";
import { isPrivileged } from "@/lib/identity/sessions/privileged";
import { findOrganisation, indexOrganisations, type OrganisationIndex, parseLine } from "./organisations";
import type { KnownParticipants } from "./plan-participants";
import type { Planned, RowPlan } from "./plan-rows";
import type { ListRow } from "./read-rows";
import type { RowFault } from "./row-fault";

/** What exists already: accounts, and mailboxes whose invitation waits for a second person. */
export interface KnownPeople extends KnownParticipants {
  readonly people: readonly Pick<
    PersonSummary,
    "email" | "organisation" | "role" | "duties" | "participant_id" | "state"
  >[];
  readonly waiting: readonly string[];
}

/** A person as a line describes them. The reason is the same for the whole list. */
const ListedPerson = NewPerson.omit({ reason: true });
export type ListedPerson = Omit<NewPerson, "reason">;

/** Returns the mailbox of an address. Case, and a plus with its suffix, do not make it another mailbox. */
export function mailboxOf(address: string): string {
  const text = address.normalize("NFKC").toLowerCase();
  const at = text.lastIndexOf("@");
  if (at < 1) return text;
  const local = text.slice(0, at);
  const plus = local.indexOf("+", 1);
  return `${plus < 0 ? local : local.slice(0, plus)}${text.slice(at)}`;
}

/** What the cells of a line can name. */
interface Named {
  readonly organisations: OrganisationIndex;
  readonly participants: ReadonlyMap<string, KnownParticipants["participants"][number]>;
}

function participantFault(person: ListedPerson, { participants }: Named): RowFault | undefined {
  const { participant_id: id, role, organisation_id: home } = person;
  const isParty = role === "client" || role === "miner";
  if (!isParty) return id === undefined ? undefined : { code: "notForRole" };
  if (id === undefined) return { code: "missing", column: "participant" };
  const found = participants.get(id);
  const fits = found?.organisation.id === home && found.role === role && found.state === "active";
  return fits ? undefined : { code: "noParticipant" };
}

/** Returns the person that the cells describe, or what is wrong with them. */
function readPerson(
  { name = "", email = "", organisation = "", role = "", duties = "", participant = "" }: ListRow["values"],
  known: Named,
): Exclude<Planned<ListedPerson>, { what: "exists" }> {
  const place = findOrganisation(known.organisations, organisation);
  if ("fault" in place) return { what: "wrong", faults: [place.fault] };
  const line = parseLine(ListedPerson, {
    ...{ name, email, organisation_id: place.found.id, role: role.toLowerCase() },
    duties: duties.split(/[\s,;]+/).filter((duty) => duty !== ""),
    ...(participant === "" ? {} : { participant_id: participant }),
  });
  if ("faults" in line) return { what: "wrong", faults: line.faults };
  const { body } = line;
  const faults: RowFault[] = [];
  if (!isHome(body.role, place.found.kind))
    faults.push({ code: "home", role: body.role, kind: place.found.kind });
  const { email_domains: domains } = place.found;
  if (domains !== undefined && !isInVerifiedDomain(body.email, domains)) faults.push({ code: "address" });
  if (dutiesFault(body) !== undefined) faults.push({ code: "duties" });
  const fault = participantFault(body, known);
  if (fault !== undefined) faults.push(fault);
  return faults.length > 0 ? { what: "wrong", faults } : { what: "create", body };
}

/**
 * Returns the people to whom a second administrator has to agree. The portal decides again when a line is sent: so an
 * earlier line for the same participant counts.
 */
function askedOf(people: readonly ListedPerson[], { participants }: Pick<Named, "participants">) {
  const taken = new Set<string>();
  return new Set(
    people.filter((person) => {
      const { participant_id: id = "" } = person;
      const isTaken = taken.has(id) || participants.get(id)?.needs_agreement === true;
      if (isPrivileged(person)) return true;
      taken.add(id);
      return isTaken;
    }),
  );
}

/**
 * Plans lines of people. A line that matches an existing account changes nothing. A line with other facts about that
 * account is wrong, because an import changes no person.
 */
export function planPeople(known: KnownPeople): RowPlan<ListedPerson> {
  const people = new Map(known.people.map((person) => [mailboxOf(person.email), person]));
  const waiting = new Set(known.waiting.map(mailboxOf));
  const named = {
    organisations: indexOrganisations(known.organisations),
    participants: new Map(known.participants.map((one) => [one.id, one])),
  };
  return {
    key: "email",
    same: mailboxOf,
    asked: (people) => askedOf(people, named),
    plan: (values) => {
      const read = readPerson(values, named);
      if (read.what === "wrong") return read;
      const { organisation_id: id, role, duties, participant_id = null } = read.body;
      const mailbox = mailboxOf(read.body.email);
      const found = people.get(mailbox);
      if (found?.state === "left") return { what: "wrong", faults: [{ code: "left" }] };
      if (found === undefined) return waiting.has(mailbox) ? { what: "exists" } : read;
      const isSame =
        found.organisation.id === id &&
        found.role === role &&
        found.participant_id === participant_id &&
        [...found.duties].sort().join() === [...duties].sort().join();
      return isSame ? { what: "exists" } : { what: "wrong", faults: [{ code: "differs" }] };
    },
  };
}
