import type { z } from "zod";
import {
  createTransaction,
  getTransaction,
  listTransactions,
} from "@/lib/api-client/operations/transactions";
import { uuidv7 } from "@/lib/crypto/uuid";
import { parseSaid } from "@/lib/issue-words";
import { NewTransaction, TransactionStatus, type TransactionView } from "@/lib/transactions/schema";
import type { CommandSpec, Cx, Given } from "../command";
import { isAway } from "../describe-failure";
import { usage } from "../exit";
import { readJsonNamed } from "../files";
import { LIST_OPTIONS, pageSize, present, writeList } from "./listing";
import { OPEN_COMMAND } from "./open";

const ID = { name: "ID", help: "The transaction's id." } as const;
type NewBody = z.input<typeof NewTransaction>;

function jsonOption(given: Given, name: string): unknown {
  const text = given.text(name);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`--${name} must be JSON`);
  }
}

/** Returns the body from --file, overridden by the options; checked here, so that a slip costs no call. */
async function bodyOf(cx: Cx, given: Given): Promise<NewBody> {
  const file = given.text("file");
  const base = file === undefined ? {} : await readJsonNamed(cx.host, file);
  const participants = given.texts("participant");
  const body = {
    ...Object(base),
    ...present({
      job_id: given.text("job-id"),
      amount: given.text("amount"),
      currency: given.text("currency"),
      narrative: given.text("narrative"),
      occurred_at: given.text("occurred-at"),
      pricing: jsonOption(given, "pricing"),
      settlement_details: jsonOption(given, "settlement-details"),
      parties: jsonOption(given, "parties"),
      participants: participants.length === 0 ? undefined : participants,
      confidential: given.flag("confidential") ? true : undefined,
    }),
  };
  const parsed = parseSaid(NewTransaction, body);
  if (parsed.success) return body;
  throw usage(
    "the transaction does not fit its schema",
    ...parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`),
  );
}

async function create(cx: Cx, given: Given): Promise<undefined> {
  const body = await bodyOf(cx, given);
  const idempotencyKey = given.text("idempotency-key") ?? uuidv7(Date.now());
  try {
    const made = await cx.connect().call(createTransaction, { body, idempotencyKey });
    await cx.out.document(made);
  } catch (error) {
    if (isAway(error))
      cx.out.remark(
        `It is unknown whether it was stored; --idempotency-key ${idempotencyKey} repeats it safely.`,
      );
    throw error;
  }
  return undefined;
}

async function list(cx: Cx, given: Given): Promise<undefined> {
  const query = {
    limit: pageSize(given),
    ...present({
      job_id: given.text("job-id"),
      participant: given.text("with"),
      status: given.text("status") as TransactionStatus | undefined,
      from: given.text("from"),
      to: given.text("to"),
    }),
  };
  return writeList(cx, given, cx.connect().pages(listTransactions, { query }), [
    { title: "transaction_id", of: (item: TransactionView) => item.transaction_id },
    { title: "job_id", of: (item) => item.job_id },
    { title: "timestamp", of: (item) => item.timestamp },
    { title: "status", of: (item) => item.status },
    { title: "sealed", of: (item) => item.sealed_groups.join(" ") },
    { title: "participants", of: (item) => item.participants.join(" ") },
  ]);
}

async function show(cx: Cx, given: Given): Promise<undefined> {
  await cx.out.document(await cx.connect().call(getTransaction, { params: { id: given.operand("ID") } }));
  return undefined;
}

export const TRANSACTION_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["transactions", "create"],
    summary: "Submit one transaction.",
    options: [
      {
        name: "file",
        kind: "text",
        value: "FILE",
        help: "The transaction as JSON; - is standard input. Options override it.",
      },
      { name: "job-id", kind: "text", value: "TEXT", help: "The job id." },
      { name: "participant", kind: "texts", value: "ID", help: "A participant. Repeat the option for more." },
      { name: "amount", kind: "text", value: "DECIMAL", help: "The amount. Use --file for sealed values." },
      { name: "currency", kind: "text", value: "CODE", help: "ISO 4217, or a declared asset." },
      { name: "pricing", kind: "text", value: "JSON", help: "The pricing, as a JSON object." },
      { name: "settlement-details", kind: "text", value: "JSON", help: "Settlement details, a JSON object." },
      { name: "parties", kind: "text", value: "JSON", help: "The parties, as JSON." },
      { name: "narrative", kind: "text", value: "TEXT", help: "The narrative, in words." },
      { name: "occurred-at", kind: "text", value: "TIME", help: "When it occurred (RFC 3339, with zone)." },
      { name: "confidential", kind: "flag", help: "Seal amount, pricing and settlement details as well." },
      {
        name: "idempotency-key",
        kind: "text",
        value: "KEY",
        help: "Repeat a call whose answer was lost. The transaction is created only once.",
      },
    ],
    example: "sealport transactions create --file transaction.json --confidential --json",
    note: "Other users of this machine can read the arguments while the command runs. Give sealed values in --file or on standard input.",
    run: create,
  },
  {
    path: ["transactions", "list"],
    summary: "List the transactions visible to you, newest first. No field is opened.",
    options: [
      { name: "job-id", kind: "text", value: "TEXT", help: "Only transactions of this job." },
      { name: "with", kind: "text", value: "ID", help: "Only transactions with this participant." },
      {
        name: "status",
        kind: "text",
        value: "STATUS",
        help: "Only those in this state.",
        choices: TransactionStatus.options,
      },
      { name: "from", kind: "text", value: "TIME", help: "Only at or after this time (RFC 3339)." },
      { name: "to", kind: "text", value: "TIME", help: "Only before this time (RFC 3339)." },
      ...LIST_OPTIONS,
    ],
    example: "sealport transactions list --status completed --all --json",
    run: list,
  },
  {
    path: ["transactions", "show"],
    summary: "Show one transaction. No field is opened.",
    operands: [ID],
    example: "sealport transactions show 01931c2e-0000-7000-8000-000000000000",
    run: show,
  },
  OPEN_COMMAND,
];
