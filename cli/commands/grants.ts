import type { GrantView } from "@/lib/access/grants/schema";
import { getGrant, listGrants, revokeGrant } from "@/lib/api-client/operations/grants";
import type { CommandSpec, Cx, Given } from "../command";
import { usage } from "../exit";
import { confirm } from "../prompt";
import { LIST_OPTIONS, pageSize, writeList } from "./listing";

const ID = { name: "ID", help: "The grant's id." } as const;
const VIEWS = ["in_force", "ended", "all"] as const;

async function list(cx: Cx, given: Given): Promise<undefined> {
  const view = VIEWS.find((one) => one === given.text("view"));
  const query = { limit: pageSize(given), ...(view === undefined ? {} : { view }) };
  return writeList(cx, given, cx.connect().pages(listGrants, { query }), [
    { title: "id", of: (item: GrantView) => item.id },
    { title: "reference", of: (item) => item.reference },
    { title: "state", of: (item) => item.state },
    { title: "purpose", of: (item) => item.purpose },
    { title: "until", of: (item) => item.not_after },
    { title: "views_left", of: (item) => item.views_left },
    { title: "fields", of: (item) => item.fields.join(" ") },
    { title: "holder", of: (item) => item.holder },
  ]);
}

async function show(cx: Cx, given: Given): Promise<undefined> {
  await cx.out.document(await cx.connect().call(getGrant, { params: { id: given.operand("ID") } }));
  return undefined;
}

async function revoke(cx: Cx, given: Given): Promise<undefined> {
  const id = given.operand("ID");
  const reason = given.need("reason");
  if (!(await confirm(cx.host, given.flag("yes"), `Grant ${id} ends now, for good?`)))
    throw usage("nothing was changed");
  await cx.out.document(await cx.connect().call(revokeGrant, { params: { id }, body: { reason } }));
  return undefined;
}

export const GRANT_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["grants", "list"],
    summary: "List the grants visible to you, newest first.",
    options: [
      { name: "view", kind: "text", value: "VIEW", help: "Which grants.", choices: VIEWS },
      ...LIST_OPTIONS,
    ],
    example: "sealport grants list --view in_force",
    run: list,
  },
  {
    path: ["grants", "show"],
    summary: "Show one grant, its basis, and what was opened under it.",
    operands: [ID],
    example: "sealport grants show 01931c2e-0000-7000-8000-000000000000",
    run: show,
  },
  {
    path: ["grants", "revoke"],
    summary: "End a grant. The next opening is refused.",
    operands: [ID],
    options: [
      { name: "reason", kind: "text", value: "TEXT", help: "The reason, which is logged." },
      { name: "yes", kind: "flag", help: "Do not ask for confirmation." },
    ],
    example: "sealport grants revoke 01931c2e-0000-7000-8000-000000000000 --reason 'The order was lifted'",
    run: revoke,
  },
];
