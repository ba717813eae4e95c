import type { Alert } from "@/lib/alerts/schema";
import { acknowledgeAlert, getAlert, listAlerts, resolveAlert } from "@/lib/api-client/operations/alerts";
import type { CommandSpec, Cx, Given } from "../command";
import { LIST_OPTIONS, pageSize, present, writeList } from "./listing";

const ID = { name: "ID", help: "The alert's id." } as const;
const VIEWS = ["open", "resolved", "all"] as const;
const EXAMPLE_ID = "01931c2e-0000-7000-8000-000000000000";

async function list(cx: Cx, given: Given): Promise<undefined> {
  const view = VIEWS.find((one) => one === given.text("view"));
  const query = { limit: pageSize(given), ...present({ view }) };
  return writeList(cx, given, cx.connect().pages(listAlerts, { query }), [
    { title: "id", of: (item: Alert) => item.id },
    { title: "name", of: (item) => item.name },
    { title: "severity", of: (item) => item.severity },
    { title: "about", of: (item) => item.person ?? item.subject },
    { title: "state", of: (item) => item.state },
    { title: "opened", of: (item) => item.opened_at },
    { title: "count", of: (item) => String(item.count) },
  ]);
}

async function acknowledge(cx: Cx, given: Given): Promise<undefined> {
  const input = { params: { id: given.operand("ID") }, body: { note: given.need("note") } };
  await cx.out.document(await cx.connect().call(acknowledgeAlert, input));
  return undefined;
}

async function resolve(cx: Cx, given: Given): Promise<undefined> {
  const input = { params: { id: given.operand("ID") }, body: { reason: given.need("reason") } };
  await cx.out.document(await cx.connect().call(resolveAlert, input));
  return undefined;
}

export const ALERT_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["alerts", "list"],
    summary: "List alerts, newest first. Default: open alerts.",
    options: [
      { name: "view", kind: "text", value: "VIEW", help: "Which of them.", choices: VIEWS },
      ...LIST_OPTIONS,
    ],
    example: "sealport alerts list",
    run: list,
  },
  {
    path: ["alerts", "show"],
    summary: "One alert: what was seen, how often, in which entries, who acted on it.",
    operands: [ID],
    example: `sealport alerts show ${EXAMPLE_ID}`,
    run: async (cx, given) => {
      await cx.out.document(await cx.connect().call(getAlert, { params: { id: given.operand("ID") } }));
      return undefined;
    },
  },
  {
    path: ["alerts", "acknowledge"],
    summary: "Acknowledge an alert. It is not sent again.",
    operands: [ID],
    options: [
      { name: "note", kind: "text", value: "TEXT", help: "What you check first. The note is logged." },
    ],
    example: `sealport alerts acknowledge ${EXAMPLE_ID} --note 'Restarting the worker'`,
    run: acknowledge,
  },
  {
    path: ["alerts", "resolve"],
    summary: "Resolve an alert with what was found and done.",
    operands: [ID],
    options: [{ name: "reason", kind: "text", value: "TEXT", help: "The result, which is logged." }],
    example: `sealport alerts resolve ${EXAMPLE_ID} --reason 'The disk was full'`,
    run: resolve,
  },
];
