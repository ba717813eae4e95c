import type { Agreement } from "@/lib/administration/agreements/schema";
import {
  agreeToAgreement,
  getAgreement,
  listAgreements,
  refuseAgreement,
  withdrawAgreement,
} from "@/lib/api-client/operations/administration/agreements";
import type { CommandSpec, Cx, Given } from "../command";
import { LIST_OPTIONS, pageSize, present, writeList } from "./listing";

const ID = { name: "ID", help: "The agreement's id." } as const;
const VIEWS = ["waiting", "mine", "ended", "all"] as const;
const EXAMPLE_ID = "01931c2e-0000-7000-8000-000000000000";

async function list(cx: Cx, given: Given): Promise<undefined> {
  const view = VIEWS.find((one) => one === given.text("view"));
  const query = { limit: pageSize(given), ...present({ view }) };
  return writeList(cx, given, cx.connect().pages(listAgreements, { query }), [
    { title: "id", of: (item: Agreement) => item.id },
    { title: "kind", of: (item) => item.kind },
    { title: "about", of: (item) => item.subject.name },
    { title: "asked_by", of: (item) => item.asked_by },
    { title: "state", of: (item) => item.state },
    { title: "until", of: (item) => item.expires_at },
  ]);
}

async function agree(cx: Cx, given: Given): Promise<undefined> {
  const answer = await cx.connect().call(agreeToAgreement, { params: { id: given.operand("ID") }, body: {} });
  await cx.out.document(answer);
  if (answer.invitation?.link != null)
    cx.out.remark("Hand the link to the person yourself: it is shown once and works once.");
  return undefined;
}

async function refuse(cx: Cx, given: Given): Promise<undefined> {
  const input = { params: { id: given.operand("ID") }, body: { reason: given.need("reason") } };
  await cx.out.document(await cx.connect().call(refuseAgreement, input));
  return undefined;
}

async function withdraw(cx: Cx, given: Given): Promise<undefined> {
  const input = { params: { id: given.operand("ID") }, body: {} };
  await cx.out.document(await cx.connect().call(withdrawAgreement, input));
  return undefined;
}

export const AGREEMENT_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["agreements", "list"],
    summary: "List changes that need two people. Default: those that wait for you.",
    options: [
      { name: "view", kind: "text", value: "VIEW", help: "Which of them.", choices: VIEWS },
      ...LIST_OPTIONS,
    ],
    example: "sealport agreements list",
    run: list,
  },
  {
    path: ["agreements", "show"],
    summary: "Show one change: before, after, who asks and why.",
    operands: [ID],
    example: `sealport agreements show ${EXAMPLE_ID}`,
    run: async (cx, given) => {
      await cx.out.document(await cx.connect().call(getAgreement, { params: { id: given.operand("ID") } }));
      return undefined;
    },
  },
  {
    path: ["agreements", "agree"],
    summary: "Agree as the second person. The change is carried out at once.",
    operands: [ID],
    example: `sealport agreements agree ${EXAMPLE_ID}`,
    run: agree,
  },
  {
    path: ["agreements", "refuse"],
    summary: "Refuse as the second person. Nothing changes.",
    operands: [ID],
    options: [{ name: "reason", kind: "text", value: "TEXT", help: "The reason, which is logged." }],
    example: `sealport agreements refuse ${EXAMPLE_ID} --reason 'Not known here'`,
    run: refuse,
  },
  {
    path: ["agreements", "withdraw"],
    summary: "Withdraw a change that you asked for.",
    operands: [ID],
    example: `sealport agreements withdraw ${EXAMPLE_ID}`,
    run: withdraw,
  },
];
