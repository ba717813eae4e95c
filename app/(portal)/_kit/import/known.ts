import { target } from "@/components/client/api";
import { readAll } from "@/components/client/read-all";
import type { Api } from "@/components/client/use-api";
import type { listAgreements } from "@/lib/api-client/operations/administration/agreements";
import type { listOrganisations } from "@/lib/api-client/operations/administration/organisations";
import type { listParticipants } from "@/lib/api-client/operations/administration/participants";
import type { listPeople } from "@/lib/api-client/operations/administration/people";
import type { KnownParticipants } from "@/lib/import/lists/plan-participants";
import type { KnownPeople } from "@/lib/import/lists/plan-people";

const ORGANISATIONS = target<typeof listOrganisations>("GET", "/confidential/admin/organisations");
const PARTICIPANTS = target<typeof listParticipants>("GET", "/confidential/admin/participants");
const PEOPLE = target<typeof listPeople>("GET", "/confidential/admin/users");
const AGREEMENTS = target<typeof listAgreements>("GET", "/confidential/agreements");

/** Reads what lines of participants can name or repeat. */
export async function knownParticipants(api: Api): Promise<KnownParticipants> {
  return {
    organisations: await readAll(api, ORGANISATIONS),
    participants: await readAll(api, PARTICIPANTS),
  };
}

/** Reads what lines of people can name or repeat, with the invitations that wait for a second administrator. */
export async function knownPeople(api: Api): Promise<KnownPeople> {
  const agreements = [
    ...(await readAll(api, AGREEMENTS, { view: "waiting" })),
    ...(await readAll(api, AGREEMENTS, { view: "mine" })),
  ];
  const open = agreements.filter(({ kind, state }) => kind === "invitation" && state === "open");
  return {
    ...(await knownParticipants(api)),
    people: [
      ...(await readAll(api, PEOPLE, { view: "all" })),
      ...(await readAll(api, PEOPLE, { view: "left" })),
    ],
    waiting: open.map(({ after }) => String(after.email)),
  };
}
