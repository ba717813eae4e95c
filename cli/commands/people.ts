import type { PersonSummary } from "@/lib/administration/people/schema";
import {
  getPerson,
  invitePerson,
  leavePerson,
  listPeople,
  resendInvitation,
  resetPerson,
  resumePerson,
  signOutPerson,
  suspendPerson,
} from "@/lib/api-client/operations/administration/people";
import type { CommandSpec, Cx, Given } from "../command";
import { usage } from "../exit";
import { confirm } from "../prompt";
import { bodyOf, importPeople } from "./import-people";
import { LIST_OPTIONS, pageSize, present, writeList } from "./listing";
import { organisationsByName } from "./organisations";

const ID = { name: "ID", help: "The person's id." } as const;
const VIEWS = ["all", "invited", "suspended", "left", "looks"] as const;
const REASON = {
  name: "reason",
  kind: "text",
  value: "TEXT",
  help: "The reason, which is logged.",
} as const;
const YES = { name: "yes", kind: "flag", help: "Do not ask for confirmation." } as const;

async function list(cx: Cx, given: Given): Promise<undefined> {
  const view = VIEWS.find((one) => one === given.text("view"));
  const query = { limit: pageSize(given), ...present({ view, q: given.text("find") }) };
  return writeList(cx, given, cx.connect().pages(listPeople, { query }), [
    { title: "id", of: (item: PersonSummary) => item.id },
    { title: "name", of: (item) => item.name },
    { title: "email", of: (item) => item.email },
    { title: "organisation", of: (item) => item.organisation.name },
    { title: "role", of: (item) => item.role },
    { title: "duties", of: (item) => item.duties.join(" ") },
    { title: "state", of: (item) => item.state },
  ]);
}

async function invite(cx: Cx, given: Given): Promise<undefined> {
  const organisations = await organisationsByName(cx);
  const organisation = given.need("organisation");
  const { body, wrong } = bodyOf({
    name: given.need("name"),
    email: given.need("email"),
    organisation: organisations.get(organisation.toLowerCase()) ?? organisation,
    role: given.need("role"),
    duties: given.text("duties") ?? "",
    participant: given.text("for") ?? "",
    reason: given.text("reason") ?? "",
  });
  if (body === undefined) throw usage(wrong.join("; "));
  const answer = await cx.connect().call(invitePerson, { body });
  await cx.out.document(answer);
  if (answer.agreement !== null)
    cx.out.remark(`Another administrator agrees: sealport agreements agree ${answer.agreement.id}`);
  return undefined;
}

type WithReason = typeof suspendPerson | typeof resumePerson;

/** A command that names a person and a reason. */
const withReason =
  (operation: WithReason) =>
  async (cx: Cx, given: Given): Promise<undefined> => {
    const input = { params: { id: given.operand("ID") }, body: { reason: given.need("reason") } };
    await cx.out.document({ ...(await cx.connect().call<WithReason>(operation, input)) });
    return undefined;
  };

/** An agency's officer is reset after a call to two contacts of the agency. */
function callOf(given: Given) {
  const number = given.text("number");
  if (number === undefined) return undefined;
  const [first = "", second = ""] = given.need("contacts").split(/[\s,]+/);
  return { contacts: [first, second], number, note: given.need("note") };
}

async function reset(cx: Cx, given: Given): Promise<undefined> {
  const body = { reason: given.need("reason"), ...present({ call: callOf(given) }) };
  const answer = await cx.connect().call(resetPerson, { params: { id: given.operand("ID") }, body });
  await cx.out.document(answer);
  if (answer.agree_from === null) return undefined;
  cx.out.remark(`A second administrator can agree from ${answer.agree_from}.`);
  const told = answer.told.length === 0 ? "no one" : answer.told.join(", ");
  cx.out.remark(`A mail went to ${told}. Tell the officer and both contacts who are missing.`);
  return undefined;
}

async function leave(cx: Cx, given: Given): Promise<undefined> {
  const id = given.operand("ID");
  const on = given.text("on");
  if (on === undefined && !(await confirm(cx.host, given.flag("yes"), `End the access of ${id} now?`)))
    throw usage("nothing was changed");
  const body = { reason: given.need("reason"), ...present({ on }) };
  await cx.out.document(await cx.connect().call(leavePerson, { params: { id }, body }));
  return undefined;
}

const plain =
  (operation: typeof signOutPerson | typeof resendInvitation) =>
  async (cx: Cx, given: Given): Promise<undefined> => {
    const input = { params: { id: given.operand("ID") }, body: {} };
    await cx.out.document({ ...(await cx.connect().call<typeof operation>(operation, input)) });
    return undefined;
  };

const EXAMPLE_ID = "01931c2e-0000-7000-8000-000000000000";

export const PEOPLE_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["people", "list"],
    summary: "People with role, duties and state.",
    options: [
      {
        name: "view",
        kind: "text",
        value: "VIEW",
        help: "Which people; all does not include people who have left.",
        choices: VIEWS,
      },
      { name: "find", kind: "text", value: "TEXT", help: "Part of the name or the e-mail address." },
      ...LIST_OPTIONS,
    ],
    example: "sealport people list --view looks",
    run: list,
  },
  {
    path: ["people", "show"],
    summary: "One person: duties, ways to sign in, sessions, keys, open work.",
    operands: [ID],
    example: `sealport people show ${EXAMPLE_ID}`,
    run: async (cx, given) => {
      await cx.out.document(await cx.connect().call(getPerson, { params: { id: given.operand("ID") } }));
      return undefined;
    },
  },
  {
    path: ["people", "invite"],
    summary: "Invite a person. A privileged role or a duty needs the agreement of another administrator.",
    options: [
      { name: "name", kind: "text", value: "NAME", help: "The name that others see." },
      { name: "email", kind: "text", value: "ADDRESS", help: "The work e-mail." },
      { name: "organisation", kind: "text", value: "NAME", help: "The organisation's name or id." },
      { name: "role", kind: "text", value: "ROLE", help: "The role." },
      { name: "duties", kind: "text", value: "LIST", help: "The duties, separated by spaces." },
      { name: "for", kind: "text", value: "ID", help: "The participant that a client or provider acts for." },
      REASON,
    ],
    example:
      "sealport people invite --name 'Elif Kaya' --email e.kaya@operator.example --organisation 'Sealport Operations' --role coordinator --duties legal --reason 'Joins the legal team'",
    run: invite,
  },
  {
    path: ["people", "import"],
    summary: "Invite the people of a CSV file. A second run of the same file changes nothing.",
    operands: [
      {
        name: "FILE",
        help: "The CSV file with the columns name, email, organisation, role; optional: duties, participant.",
      },
    ],
    options: [{ name: "dry-run", kind: "flag", help: "Show what would happen to each line." }, REASON],
    example: "sealport people import people.csv --reason 'First team' --dry-run",
    run: importPeople,
  },
  {
    path: ["people", "suspend"],
    summary: "Suspend a person at once.",
    operands: [ID],
    options: [REASON],
    example: `sealport people suspend ${EXAMPLE_ID} --reason 'A laptop was lost'`,
    run: withReason(suspendPerson),
  },
  {
    path: ["people", "resume"],
    summary: "Ask to end a person's suspension; another administrator agrees.",
    operands: [ID],
    options: [REASON],
    example: `sealport people resume ${EXAMPLE_ID} --reason 'The laptop was found'`,
    run: withReason(resumePerson),
  },
  {
    path: ["people", "reset"],
    summary: "Ask for a reset of a person's sign-in; an agency's officer needs a callback.",
    operands: [ID],
    options: [
      REASON,
      { name: "number", kind: "text", value: "NUMBER", help: "The agency's number that you called." },
      { name: "contacts", kind: "text", value: "LIST", help: "The addresses of its two contacts." },
      { name: "note", kind: "text", value: "TEXT", help: "What the contacts said, and when." },
    ],
    example: `sealport people reset ${EXAMPLE_ID} --reason 'A phone was lost'`,
    run: reset,
  },
  {
    path: ["people", "leave"],
    summary: "End a person's access permanently, now or at the end of a day.",
    operands: [ID],
    options: [
      REASON,
      { name: "on", kind: "text", value: "DAY", help: "The last day in UTC, YYYY-MM-DD." },
      YES,
    ],
    example: `sealport people leave ${EXAMPLE_ID} --reason 'New job' --on 2026-12-31`,
    run: leave,
  },
  {
    path: ["people", "sign-out"],
    summary: "End every session of a person.",
    operands: [ID],
    example: `sealport people sign-out ${EXAMPLE_ID}`,
    run: plain(signOutPerson),
  },
  {
    path: ["people", "resend"],
    summary: "Make a new link for a person who cannot sign in yet.",
    operands: [ID],
    example: `sealport people resend ${EXAMPLE_ID}`,
    run: plain(resendInvitation),
  },
];
