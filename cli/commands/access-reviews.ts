import type { Review, ReviewRow, ReviewSummary } from "@/lib/administration/access-review/schema";
import {
  beginAccessReview,
  decideAccessReview,
  exportAccessReview,
  exportRecordAccess,
  getAccessReview,
  getAccessReviewResult,
  getRecordAccess,
  listAccessReviews,
  nameAccessReviewer,
  signAccessReview,
} from "@/lib/api-client/operations/administration/access-reviews";
import { Duty, Role } from "@/lib/vocabulary";
import type { CommandSpec, Cx, Given, OptionSpec } from "../command";
import { usage } from "../exit";
import { LIST_OPTIONS, pageSize, present, writeList } from "./listing";

const EXAMPLE_ID = "01931c2e-0000-7000-8000-000000000000";
const ID = { name: "ID", help: "The review's id." } as const;
const ROW: OptionSpec = {
  name: "row",
  kind: "texts",
  value: "ROW",
  help: "The id of a row, as access-reviews show prints it.",
};
const REASON: OptionSpec = {
  name: "reason",
  kind: "text",
  value: "TEXT",
  help: "The reason, which is logged.",
};
const CSV: OptionSpec = { name: "csv", kind: "flag", help: "Write CSV. Cells cannot run as formulas." };

async function list(cx: Cx, given: Given): Promise<undefined> {
  const query = { limit: pageSize(given) };
  return writeList(cx, given, cx.connect().pages(listAccessReviews, { query }), [
    { title: "id", of: (item: ReviewSummary) => item.id },
    { title: "state", of: (item) => item.state },
    { title: "begun", of: (item) => item.begun_at },
    { title: "due", of: (item) => item.due_at },
    { title: "decided", of: ({ counts }) => `${counts.decided} of ${counts.rows}` },
  ]);
}

/** Reads all rows of a review, page by page. */
async function* rowsOf(cx: Cx, id: string, view: string | undefined): AsyncGenerator<ReviewRow> {
  let cursor: string | undefined;
  do {
    const query = {
      limit: "500",
      ...present({ cursor }),
      ...(view === "left" ? { view: "left" as const } : {}),
    };
    const page: Review = await cx.connect().call(getAccessReview, { params: { id }, query });
    yield* page.rows.items;
    cursor = page.rows.next_cursor ?? undefined;
  } while (cursor !== undefined);
}

async function show(cx: Cx, given: Given): Promise<undefined> {
  return writeList(cx, given, rowsOf(cx, given.operand("ID"), given.text("view")), [
    { title: "row", of: (row: ReviewRow) => row.id },
    { title: "name", of: ({ facts }) => facts.name },
    { title: "organisation", of: ({ facts }) => facts.organisation },
    {
      title: "may",
      of: ({ facts, subject }) =>
        subject.kind === "program" ? facts.scopes.join(" ") : [facts.role, ...facts.duties].join(" "),
    },
    { title: "used", of: ({ facts }) => facts.last_used_at ?? "never" },
    { title: "looks", of: ({ facts }) => facts.looks.join(" ") },
    { title: "decision", of: ({ decision, is_gone: isGone }) => decision ?? (isGone ? "left" : "") },
  ]);
}

/** Returns the named rows with the version of what the caller reads now. */
async function chosen(cx: Cx, given: Given): Promise<{ readonly id: string; readonly version: string }[]> {
  const wanted = given.texts("row");
  if (wanted.length === 0) throw usage("Name a row: --row ROW");
  const found: { readonly id: string; readonly version: string }[] = [];
  for await (const { id, version } of rowsOf(cx, given.operand("ID"), undefined))
    if (wanted.includes(id)) found.push({ id, version });
  const missing = wanted.find((id) => !found.some((row) => row.id === id));
  if (missing !== undefined) throw usage(`The review has no row ${missing}`);
  return found;
}

async function keep(cx: Cx, given: Given): Promise<undefined> {
  const body = { decision: "keep" as const, rows: await chosen(cx, given) };
  await cx.out.document(
    await cx.connect().call(decideAccessReview, { params: { id: given.operand("ID") }, body }),
  );
  return undefined;
}

async function remove(cx: Cx, given: Given): Promise<undefined> {
  const body = { decision: "remove" as const, rows: await chosen(cx, given), reason: given.need("reason") };
  await cx.out.document(
    await cx.connect().call(decideAccessReview, { params: { id: given.operand("ID") }, body }),
  );
  return undefined;
}

async function change(cx: Cx, given: Given): Promise<undefined> {
  const role = Role.options.find((one) => one === given.need("role"));
  const duties = Duty.options.filter((duty) => given.texts("duty").includes(duty));
  const body = {
    ...{ decision: "change" as const, rows: await chosen(cx, given), reason: given.need("reason"), duties },
    ...present({ role }),
  };
  await cx.out.document(
    await cx.connect().call(decideAccessReview, { params: { id: given.operand("ID") }, body }),
  );
  return undefined;
}

/** Signs what the caller decided. A person with a key on the roster signs in the portal. */
async function sign(cx: Cx, given: Given): Promise<undefined> {
  const params = { id: given.operand("ID") };
  const { statement } = await cx.connect().call(getAccessReview, { params, query: { limit: "1" } });
  if (statement === null) throw usage("You cannot sign yet. First decide all your rows");
  const body = { result: statement.result };
  await cx.out.document(await cx.connect().call(signAccessReview, { params, body }));
  return undefined;
}

async function exportResult(cx: Cx, given: Given): Promise<undefined> {
  const params = { id: given.operand("ID") };
  if (given.flag("csv"))
    await cx.out.text(await (await cx.connect().open(exportAccessReview, { params })).text());
  else await cx.out.document(await cx.connect().call(getAccessReviewResult, { params }));
  return undefined;
}

async function record(cx: Cx, given: Given): Promise<undefined> {
  const params = { id: given.operand("TRANSACTION") };
  if (given.flag("csv"))
    await cx.out.text(await (await cx.connect().open(exportRecordAccess, { params })).text());
  else await cx.out.document(await cx.connect().call(getRecordAccess, { params }));
  return undefined;
}

export const ACCESS_REVIEW_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["reviews", "list"],
    summary: "Access reviews, newest first.",
    options: LIST_OPTIONS,
    example: "sealport reviews list",
    run: list,
  },
  {
    path: ["reviews", "begin"],
    summary: "Begin a review of everyone's access.",
    options: [{ name: "due", kind: "text", value: "DATE", help: "The last day (UTC). Default: in 21 days." }],
    example: "sealport reviews begin --due 2026-12-15",
    run: async (cx, given) => {
      const body = present({ due_on: given.text("due") });
      await cx.out.document(await cx.connect().call(beginAccessReview, { body }));
      return undefined;
    },
  },
  {
    path: ["reviews", "show"],
    summary: "The rows of a review: who may do what, warnings, and decisions.",
    operands: [ID],
    options: [
      { name: "view", kind: "text", value: "VIEW", help: "Which rows.", choices: ["all", "left"] },
      ...LIST_OPTIONS,
    ],
    example: `sealport reviews show ${EXAMPLE_ID} --view left`,
    run: show,
  },
  {
    path: ["reviews", "keep"],
    summary: "Decide that people and programs keep their rights.",
    operands: [ID],
    options: [ROW],
    example: `sealport reviews keep ${EXAMPLE_ID} --row ${EXAMPLE_ID}`,
    run: keep,
  },
  {
    path: ["reviews", "change"],
    summary: "Ask for another role or other duties. A second administrator must agree.",
    operands: [ID],
    options: [
      ROW,
      { name: "role", kind: "text", value: "ROLE", help: "The person's role.", choices: Role.options },
      { name: "duty", kind: "texts", value: "DUTY", help: "The person's new duty.", choices: Duty.options },
      REASON,
    ],
    example: `sealport reviews change ${EXAMPLE_ID} --row ${EXAMPLE_ID} --role coordinator --duty legal --reason 'One duty is enough'`,
    run: change,
  },
  {
    path: ["reviews", "remove"],
    summary: "Ask to suspend a person or end a key. A second administrator must agree.",
    operands: [ID],
    options: [ROW, REASON],
    example: `sealport reviews remove ${EXAMPLE_ID} --row ${EXAMPLE_ID} --reason 'Left the team'`,
    run: remove,
  },
  {
    path: ["reviews", "sign"],
    summary: "Sign your decisions. The last signature ends the review.",
    operands: [ID],
    example: `sealport reviews sign ${EXAMPLE_ID}`,
    run: sign,
  },
  {
    path: ["reviews", "export"],
    summary: "The result with its digest, as JSON or CSV.",
    operands: [ID],
    options: [CSV],
    example: `sealport reviews export ${EXAMPLE_ID} --csv`,
    run: exportResult,
  },
  {
    path: ["reviews", "record"],
    summary: "Show who may open which fields of one transaction now, and why. No field is opened.",
    operands: [{ name: "TRANSACTION", help: "Its id, or the name of its job." }],
    options: [CSV],
    example: `sealport reviews record ${EXAMPLE_ID}`,
    run: record,
  },
  {
    path: ["reviews", "reviewer"],
    summary: "Name the person who decides on an organisation's access. Without a person, compliance decides.",
    operands: [
      { name: "ORGANISATION", help: "The organisation's id." },
      { name: "PERSON", help: "The person's id.", isOptional: true },
    ],
    example: `sealport reviews reviewer ${EXAMPLE_ID} ${EXAMPLE_ID}`,
    run: async (cx, given) => {
      const params = { id: given.operand("ORGANISATION") };
      const body = { user_id: given.find("PERSON") ?? null };
      await cx.out.document(await cx.connect().call(nameAccessReviewer, { params, body }));
      return undefined;
    },
  },
];
