import { Reason } from "@/lib/administration/agreements/schema";
import { NewPerson } from "@/lib/administration/people/schema";
import { listAgreements } from "@/lib/api-client/operations/administration/agreements";
import { invitePerson, listPeople } from "@/lib/api-client/operations/administration/people";
import { type KnownPeople, type ListedPerson, planPeople } from "@/lib/import/lists/plan-people";
import { PEOPLE_COLUMNS } from "@/lib/import/lists/read-rows";
import type { Cx, Given } from "../command";
import { usage } from "../exit";
import { runImport } from "../import/run-import";
import { knownParticipants } from "./organisations";

/** Reads a person from words; what does not fit is named by its member. */
export function bodyOf(
  words: {
    readonly [name in
      | "name"
      | "email"
      | "organisation"
      | "role"
      | "duties"
      | "participant"
      | "reason"]: string;
  },
): { readonly body?: NewPerson; readonly wrong: readonly string[] } {
  const { organisation, participant, duties, reason, ...rest } = words;
  const parsed = NewPerson.safeParse({
    ...rest,
    organisation_id: organisation,
    duties: duties.split(/[\s,]+/).filter((duty) => duty !== ""),
    ...(participant === "" ? {} : { participant_id: participant }),
    ...(reason === "" ? {} : { reason }),
  });
  if (parsed.success) return { body: parsed.data, wrong: [] };
  return { wrong: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) };
}

async function knownPeople(cx: Cx): Promise<KnownPeople> {
  const people: KnownPeople["people"][number][] = [];
  for (const view of ["all", "left"] as const)
    for await (const person of cx.connect().pages(listPeople, { query: { view, limit: "500" } }))
      people.push(person);
  const waiting: string[] = [];
  for await (const { kind, state, after } of cx
    .connect()
    .pages(listAgreements, { query: { view: "all", limit: "500" } }))
    if (kind === "invitation" && state === "open") waiting.push(String(after.email));
  return { people, waiting, ...(await knownParticipants(cx)) };
}

/** Invites the people of a file; running it again changes nothing. */
export function importPeople(cx: Cx, given: Given): Promise<number> {
  const reason = Reason.optional().safeParse(given.text("reason"));
  if (!reason.success) throw usage("the reason has 1 to 1,000 characters that can be shown");
  return runImport<ListedPerson>(cx, given, {
    columns: PEOPLE_COLUMNS,
    prepare: async () => planPeople(await knownPeople(cx)),
    require: (planned) => {
      if (reason.data === undefined && planned.some((row) => row.what === "create" && row.asks))
        throw usage("--reason is wanted, because a second administrator has to agree to some lines");
    },
    create: async (own, person) => {
      const body = { ...person, ...(reason.data === undefined ? {} : { reason: reason.data }) };
      const answer = await own.connect().call(invitePerson, { body });
      // Without a mail server the link is shown once, here.
      const link = answer.invitation?.link;
      return { what: answer.state, ...(link === null || link === undefined ? {} : { link }) };
    },
  });
}
