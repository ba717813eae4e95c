import {
  activatePolicySet,
  createPolicySet,
  decidePolicySet,
  getActivePolicySet,
  getPolicySet,
  listPolicySets,
  rollBackPolicySet,
  savePolicySet,
  schedulePolicySet,
  submitPolicySet,
  validatePolicySet,
  withdrawPolicySet,
} from "@/lib/api-client/operations/policies";
import { ApprovalDecision, type PolicySetSummary, SavedPolicySet, ValidateBody } from "@/lib/policies/schema";
import type { CommandSpec, Cx, Given, OptionSpec } from "../command";
import { usage } from "../exit";
import { readJsonNamed } from "../files";
import { LIST_OPTIONS, pageSize, present, writeList } from "./listing";

const VERSION = { name: "VERSION", help: "The number of the policy set." } as const;
const FILE = { name: "FILE", help: "The document as JSON; - reads standard input." } as const;
const REASON: OptionSpec = {
  name: "reason",
  kind: "text",
  value: "TEXT",
  help: "The reason, which is logged.",
};
const TITLE: OptionSpec = {
  name: "title",
  kind: "text",
  value: "TEXT",
  help: "A short title of the version.",
};

/** A number of a policy set, as the address takes it. */
function numberOf(given: Given): string {
  const number = given.operand("VERSION");
  if (!/^[1-9][0-9]{0,9}$/.test(number)) throw usage(`${number} is not the number of a policy set`);
  return number;
}

const paramsOf = (given: Given) => ({ number: numberOf(given) });

async function list(cx: Cx, given: Given): Promise<undefined> {
  const query = { limit: pageSize(given) };
  return writeList(cx, given, cx.connect().pages(listPolicySets, { query }), [
    { title: "version", of: (item: PolicySetSummary) => item.number },
    { title: "state", of: (item) => item.state },
    { title: "title", of: (item) => item.title },
    { title: "author", of: (item) => item.author ?? "the portal" },
    { title: "from", of: (item) => item.active_from ?? "" },
    { title: "gains", of: ({ gains }) => (gains === null ? "" : gains ? "yes" : "no") },
  ]);
}

/** Shows one set, or the active one. With --only-document only its document is written, to be edited and saved. */
async function show(cx: Cx, given: Given): Promise<undefined> {
  const set =
    given.find("VERSION") === undefined
      ? await cx.connect().call(getActivePolicySet, {})
      : await cx.connect().call(getPolicySet, { params: paramsOf(given) });
  if (given.flag("only-document")) await cx.out.text(`${JSON.stringify(set.document, null, 2)}\n`);
  else await cx.out.document(set);
  return undefined;
}

async function draft(cx: Cx, given: Given): Promise<undefined> {
  const body = {
    ...{ title: given.need("title"), reason: given.need("reason") },
    ...present({ based_on: given.whole("from", 1, 2_147_483_647) }),
  };
  await cx.out.document(await cx.connect().call(createPolicySet, { body }));
  return undefined;
}

async function readDocument(cx: Cx, given: Given): Promise<unknown> {
  return readJsonNamed(cx.host, given.operand("FILE"));
}

/** Saves over the revision that it reads first, so that a change by another program in between is refused. */
async function save(cx: Cx, given: Given): Promise<undefined> {
  const params = paramsOf(given);
  const read = SavedPolicySet.safeParse({
    document: await readDocument(cx, given),
    ...present({ title: given.text("title"), reason: given.text("reason") }),
  });
  if (!read.success) {
    const [issue] = read.error.issues;
    throw usage(`the document is not one of policies: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { revision } = await cx.connect().call(getPolicySet, { params });
  const input = { params, body: read.data, ifMatch: `"${revision}"` };
  await cx.out.document(await cx.connect().call(savePolicySet, input));
  return undefined;
}

async function validate(cx: Cx, given: Given): Promise<number | undefined> {
  const body =
    given.find("FILE") === undefined
      ? {}
      : ValidateBody.parse({ document: await readJsonNamed(cx.host, given.find("FILE") ?? "-") });
  const answer = await cx.connect().call(validatePolicySet, { params: paramsOf(given), body });
  const lines = answer.faults.map(({ policy, line, column, example, message }) =>
    [policy ?? "the set", example ?? `${line}:${column}`, message].join("  "),
  );
  await cx.out.document(answer, answer.valid ? ["No faults."] : lines);
  return undefined;
}

async function decide(cx: Cx, given: Given): Promise<undefined> {
  const decision = ApprovalDecision.options.find((one) => one === given.operand("DECISION"));
  if (decision === undefined) throw usage(`The decision is one of ${ApprovalDecision.options.join(", ")}`);
  const params = paramsOf(given);
  const named = given.whole("revision", 1, 2_147_483_647);
  const revision = named ?? (await cx.connect().call(getPolicySet, { params })).revision;
  const body = { decision, reason: given.need("reason"), revision };
  await cx.out.document(await cx.connect().call(decidePolicySet, { params, body }));
  return undefined;
}

export const POLICY_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["policies", "list"],
    summary: "Policy sets, newest first.",
    options: LIST_OPTIONS,
    example: "sealport policies list",
    run: list,
  },
  {
    path: ["policies", "show"],
    summary: "One policy set, or the active one: its document, approvals and newest dry run.",
    operands: [{ ...VERSION, isOptional: true }],
    options: [{ name: "only-document", kind: "flag", help: "Print only the document, to edit and save it." }],
    example: "sealport policies show 15 --only-document",
    run: show,
  },
  {
    path: ["policies", "draft"],
    summary: "Make a draft from a policy set, or from the active one.",
    options: [
      TITLE,
      REASON,
      { name: "from", kind: "text", value: "VERSION", help: "The set to copy. Default: the active one." },
    ],
    example: "sealport policies draft --title 'Shorter hours' --reason 'Agreed on 3 March'",
    run: draft,
  },
  {
    path: ["policies", "save"],
    summary: "Save a draft's document. It is checked strictly, and its examples are run.",
    operands: [VERSION, FILE],
    options: [TITLE, REASON],
    example: "sealport policies save 16 policies.json",
    run: save,
  },
  {
    path: ["policies", "validate"],
    summary: "Check a document, or the one of the policy set, and name each fault with its place.",
    operands: [VERSION, { ...FILE, isOptional: true }],
    example: "sealport policies validate 16 policies.json",
    run: validate,
  },
  {
    path: ["policies", "submit"],
    summary: "Submit a draft for approval, after a dry run of its document.",
    operands: [VERSION],
    example: "sealport policies submit 16",
    run: async (cx, given) => {
      const input = { params: paramsOf(given), body: {} };
      await cx.out.document(await cx.connect().call(submitPolicySet, input));
      return undefined;
    },
  },
  {
    path: ["policies", "decide"],
    summary: "Approve a submitted policy set, refuse it, or send it back to its author.",
    operands: [VERSION, { name: "DECISION", help: "What you decide.", choices: ApprovalDecision.options }],
    options: [
      REASON,
      {
        ...{ name: "revision", kind: "text", value: "NUMBER" },
        help: "The revision that you read, as policies show prints it. If it has changed, the call is refused. Default: the current one.",
      },
    ],
    example: "sealport policies decide 16 approve --revision 4 --reason 'Read with the dry run'",
    run: decide,
  },
  {
    path: ["policies", "schedule"],
    summary: "Set when an approved policy set becomes active, at most 90 days ahead.",
    operands: [VERSION, { name: "TIME", help: "A time with its zone." }],
    example: "sealport policies schedule 16 2026-12-15T06:00:00Z",
    run: async (cx, given) => {
      const input = { params: paramsOf(given), body: { at: given.operand("TIME") } };
      await cx.out.document(await cx.connect().call(schedulePolicySet, input));
      return undefined;
    },
  },
  {
    path: ["policies", "activate"],
    summary: "Put an approved policy set in force now.",
    operands: [VERSION],
    example: "sealport policies activate 16",
    run: async (cx, given) => {
      const input = { params: paramsOf(given), body: {} };
      await cx.out.document(await cx.connect().call(activatePolicySet, input));
      return undefined;
    },
  },
  {
    path: ["policies", "roll-back"],
    summary: "Go back to the policy set that was active before, if no one gains access by it.",
    operands: [VERSION],
    options: [REASON],
    example: "sealport policies roll-back 15 --reason 'Too narrow for the audit'",
    run: async (cx, given) => {
      const body = { to: Number(numberOf(given)), reason: given.need("reason") };
      await cx.out.document(await cx.connect().call(rollBackPolicySet, { body }));
      return undefined;
    },
  },
  {
    path: ["policies", "withdraw"],
    summary: "Withdraw a policy set that is not active yet.",
    operands: [VERSION],
    options: [REASON],
    example: "sealport policies withdraw 16 --reason 'No longer needed'",
    run: async (cx, given) => {
      const input = { params: paramsOf(given), body: { reason: given.need("reason") } };
      await cx.out.document(await cx.connect().call(withdrawPolicySet, input));
      return undefined;
    },
  },
];
