import type { NewParticipant, Participant } from "@/lib/administration/participants/schema";
import { personOfLine } from "@/lib/administration/typed-lines-schema";
import {
  createOrganisation,
  listOrganisations,
} from "@/lib/api-client/operations/administration/organisations";
import { createParticipant, listParticipants } from "@/lib/api-client/operations/administration/participants";
import { indexOrganisations } from "@/lib/import/lists/organisations";
import {
  type KnownParticipants,
  planParticipants,
  readParticipant,
} from "@/lib/import/lists/plan-participants";
import { PARTICIPANT_COLUMNS } from "@/lib/import/lists/read-rows";
import { sayRowFault } from "@/lib/import/lists/row-fault";
import type { OrganisationSummary } from "@/lib/organisations/schema";
import type { CommandSpec, Cx, Given } from "../command";
import { usage } from "../exit";
import { runImport } from "../import/run-import";
import { LIST_OPTIONS, pageSize, writeList } from "./listing";

/** Ids of organisations by their names in small letters. A name that two have is left out. */
export async function organisationsByName(cx: Cx): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  const twice = new Set<string>();
  for await (const { id, name } of cx.connect().pages(listOrganisations, { query: { limit: "500" } })) {
    const key = name.toLowerCase();
    if (ids.has(key)) twice.add(key);
    ids.set(key, id);
  }
  for (const key of twice) ids.delete(key);
  return ids;
}

async function list(cx: Cx, given: Given): Promise<undefined> {
  const pages = cx.connect().pages(listOrganisations, { query: { limit: pageSize(given) } });
  return writeList(cx, given, pages, [
    { title: "id", of: (item: OrganisationSummary) => item.id },
    { title: "name", of: (item) => item.name },
    { title: "kind", of: (item) => item.kind },
    { title: "state", of: (item) => item.state },
    { title: "people", of: (item) => item.people },
    { title: "zone", of: (item) => item.zone },
  ]);
}

async function create(cx: Cx, given: Given): Promise<undefined> {
  const common = { name: given.need("name"), zone: given.text("zone") ?? "UTC" };
  const domains = given.texts("domain");
  const body =
    domains.length === 0
      ? { kind: "company" as const, ...common }
      : {
          kind: "agency" as const,
          ...common,
          legal_name: given.text("legal-name") ?? common.name,
          email_domains: [...domains],
          contacts: [{ number: given.need("number"), source: given.need("source") }],
          people: given.texts("contact").map(personOfLine),
          reason: given.need("reason"),
        };
  const answer = await cx.connect().call(createOrganisation, { body });
  await cx.out.document(answer);
  if (answer.agreement !== null)
    cx.out.remark(`Another administrator agrees: sealport agreements agree ${answer.agreement.id}`);
  return undefined;
}

async function listAll(cx: Cx, given: Given): Promise<undefined> {
  const pages = cx.connect().pages(listParticipants, { query: { limit: pageSize(given) } });
  return writeList(cx, given, pages, [
    { title: "id", of: (item: Participant) => item.id },
    { title: "organisation", of: (item) => item.organisation.name },
    { title: "role", of: (item) => item.role },
    { title: "kind", of: (item) => item.kind },
    { title: "state", of: (item) => item.state },
  ]);
}

/** What participants and the people of a list can name. */
export async function knownParticipants(cx: Cx): Promise<KnownParticipants> {
  const organisations: OrganisationSummary[] = [];
  const participants: Participant[] = [];
  for await (const one of cx.connect().pages(listOrganisations, { query: { limit: "500" } }))
    organisations.push(one);
  for await (const one of cx.connect().pages(listParticipants, { query: { limit: "500" } }))
    participants.push(one);
  return { organisations, participants };
}

async function createOne(cx: Cx, given: Given): Promise<undefined> {
  const words = {
    id: given.operand("ID"),
    organisation: given.need("organisation"),
    role: given.need("role"),
    kind: given.text("kind") ?? "legal",
  };
  const read = readParticipant(words, indexOrganisations((await knownParticipants(cx)).organisations));
  if (read.what === "wrong") throw usage(read.faults.map(sayRowFault).join("; "));
  await cx.out.document(await cx.connect().call(createParticipant, { body: read.body }));
  return undefined;
}

const importAll = (cx: Cx, given: Given): Promise<number> =>
  runImport<NewParticipant>(cx, given, {
    columns: PARTICIPANT_COLUMNS,
    prepare: async () => planParticipants(await knownParticipants(cx)),
    create: async (own, body) => ({ what: (await own.connect().call(createParticipant, { body })).state }),
  });

const ORGANISATION = {
  name: "organisation",
  kind: "text",
  value: "NAME",
  help: "The organisation's name or id.",
} as const;

export const ORGANISATION_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["organisations", "list"],
    summary: "Organisations with kind, people and state.",
    options: LIST_OPTIONS,
    example: "sealport organisations list",
    run: list,
  },
  {
    path: ["organisations", "create"],
    summary: "Create a company. With --domain, ask for an agency.",
    options: [
      { name: "name", kind: "text", value: "NAME", help: "The name that others see." },
      { name: "zone", kind: "text", value: "ZONE", help: "The IANA time zone. Default: UTC." },
      { name: "domain", kind: "texts", value: "DOMAIN", help: "An e-mail domain of an agency." },
      { name: "legal-name", kind: "text", value: "NAME", help: "The legal name of an agency." },
      {
        name: "number",
        kind: "text",
        value: "NUMBER",
        help: "The phone number for callbacks to an agency's officers.",
      },
      { name: "source", kind: "text", value: "TEXT", help: "Where the number was found." },
      { name: "contact", kind: "texts", value: "CONTACT", help: "A contact of an agency: 'NAME; E-MAIL'." },
      { name: "reason", kind: "text", value: "TEXT", help: "The reason, which is logged." },
    ],
    example: "sealport organisations create --name 'Alder & Finch Ltd' --zone Europe/London",
    run: create,
  },
  {
    path: ["participants", "list"],
    summary: "Clients and providers.",
    options: LIST_OPTIONS,
    example: "sealport participants list",
    run: listAll,
  },
  {
    path: ["participants", "create"],
    summary: "Create a client or provider of a company.",
    operands: [{ name: "ID", help: "The name in transactions, such as client-457." }],
    options: [
      ORGANISATION,
      { name: "role", kind: "text", value: "ROLE", help: "client or miner." },
      {
        name: "kind",
        kind: "text",
        value: "KIND",
        help: "The kind of person. Default: legal.",
        choices: ["legal", "natural"],
      },
    ],
    example: "sealport participants create client-457 --organisation 'Alder & Finch Ltd' --role client",
    run: createOne,
  },
  {
    path: ["participants", "import"],
    summary: "Create the participants of a CSV file. A second run of the same file changes nothing.",
    operands: [
      { name: "FILE", help: "The CSV file with the columns id, organisation, role; optional: kind." },
    ],
    options: [{ name: "dry-run", kind: "flag", help: "Show what would happen to each line." }],
    example: "sealport participants import participants.csv --dry-run",
    run: importAll,
  },
];
