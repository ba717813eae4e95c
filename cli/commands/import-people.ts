import { NewPerson } from "@/lib/administration/people/schema";
import { listAgreements } from "@/lib/api-client/operations/administration/agreements";
import { invitePerson, listPeople } from "@/lib/api-client/operations/administration/people";
import type { Cx, Given } from "../command";
import type { ImportRow } from "../import/read-rows";
import { type Planned, runImport } from "../import/run-import";
import { organisationsByName } from "./organisations";

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
  const { organisation, participant, duties, ...rest } = words;
  const parsed = NewPerson.safeParse({
    ...rest,
    organisation_id: organisation,
    duties: duties.split(/[\s,]+/).filter((duty) => duty !== ""),
    ...(participant === "" ? {} : { participant_id: participant }),
  });
  if (parsed.success) return { body: parsed.data, wrong: [] };
  return { wrong: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) };
}

/** Addresses that have an account, or an invitation that waits for a second person. */
async function knownAddresses(cx: Cx): Promise<Set<string>> {
  const known = new Set<string>();
  for (const view of ["all", "left"] as const)
    for await (const { email } of cx.connect().pages(listPeople, { query: { view, limit: "500" } }))
      known.add(email.toLowerCase());
  for await (const { kind, state, after } of cx
    .connect()
    .pages(listAgreements, { query: { view: "all", limit: "500" } }))
    if (kind === "invitation" && state === "open") known.add(String(after.email).toLowerCase());
  return known;
}

function planOf(known: ReadonlySet<string>, organisations: ReadonlyMap<string, string>, reason: string) {
  return ({ values }: ImportRow): Planned<NewPerson> => {
    const { name = "", email = "", organisation = "", role = "", duties = "", participant = "" } = values;
    if (known.has(email.toLowerCase())) return { what: "exists", name: email };
    const id = organisations.get(organisation.toLowerCase()) ?? organisation;
    const { body, wrong } = bodyOf({ name, email, organisation: id, role, duties, participant, reason });
    return body === undefined ? { what: "wrong", name: email, wrong } : { what: "create", name: email, body };
  };
}

/** Invites the people of a file; running it again changes nothing. */
export const importPeople = (cx: Cx, given: Given): Promise<number> =>
  runImport<NewPerson>(cx, given, {
    columns: { needed: ["name", "email", "organisation", "role"], more: ["duties", "participant"] },
    key: "email",
    prepare: async () =>
      planOf(await knownAddresses(cx), await organisationsByName(cx), given.need("reason")),
    create: async (own, body) => (await own.connect().call(invitePerson, { body })).state,
  });
