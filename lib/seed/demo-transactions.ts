import "server-only";
import { InvariantError } from "@/lib/errors";
import { byHandle, type MadePerson } from "@/lib/seed/create-people";
import { contextOf, type SeedRuntime } from "@/lib/seed/demo-context";
import { NewTransaction, type TransactionStatus } from "@/lib/transactions/schema";
import { setStatus } from "@/lib/transactions/status/set-status";
import { submitBatch } from "@/lib/transactions/submit/submit-batch";

interface DemoTransaction {
  readonly submitter: string;
  readonly job: string;
  readonly with: string;
  readonly amount: string;
  readonly currency: string;
  readonly steps: readonly TransactionStatus[];
  readonly extra?: Partial<NewTransaction>;
}

const SETTLED: readonly TransactionStatus[] = ["processing", "completed", "settled"];
const COMPLETED: readonly TransactionStatus[] = ["processing", "completed"];
const FAILED: readonly TransactionStatus[] = ["processing", "failed"];

const TRANSACTIONS: readonly DemoTransaction[] = [
  {
    submitter: "client-456",
    job: "job-1001",
    with: "miner-789",
    amount: "1250.00",
    currency: "EUR",
    steps: SETTLED,
    extra: {
      narrative: "Rendering of the spring catalogue, 412 frames.",
      external_references: [{ scheme: "invoice", value: "NH-2026-0117" }],
    },
  },
  {
    submitter: "client-456",
    job: "job-1002",
    with: "miner-789",
    amount: "380.50",
    currency: "EUR",
    steps: COMPLETED,
  },
  {
    submitter: "client-456",
    job: "job-1003",
    with: "miner-456",
    amount: "9120.00",
    currency: "EUR",
    steps: ["processing"],
    extra: { parties: { payer: "Nordlicht Handel GmbH", payee: "Quarzwerk Rechenzentrum GmbH" } },
  },
  {
    submitter: "client-456",
    job: "job-1004",
    with: "miner-789",
    amount: "77.25",
    currency: "EUR",
    steps: [],
  },
  {
    submitter: "client-456",
    job: "job-1005",
    with: "miner-456",
    amount: "2400",
    currency: "AITBC",
    steps: FAILED,
  },
  {
    submitter: "client-123",
    job: "job-2001",
    with: "miner-456",
    amount: "640.00",
    currency: "GBP",
    steps: SETTLED,
  },
  {
    submitter: "client-123",
    job: "job-2002",
    with: "miner-789",
    amount: "15300.75",
    currency: "GBP",
    steps: COMPLETED,
    extra: { narrative: "Model training, second run after the power cut." },
  },
  {
    submitter: "client-123",
    job: "job-2003",
    with: "miner-456",
    amount: "18.90",
    currency: "GBP",
    steps: [],
  },
  {
    submitter: "client-123",
    job: "job-2004",
    with: "miner-789",
    amount: "0.5",
    currency: "ETH",
    steps: ["processing"],
  },
  {
    submitter: "miner-789",
    job: "job-3001",
    with: "client-456",
    amount: "-42.00",
    currency: "EUR",
    steps: COMPLETED,
    extra: { narrative: "Credit note for idle time." },
  },
  {
    submitter: "miner-456",
    job: "job-3002",
    with: "client-123",
    amount: "310.00",
    currency: "GBP",
    steps: ["processing"],
  },
  {
    submitter: "client-456",
    job: "job-1006",
    with: "miner-789",
    amount: "99.00",
    currency: "EUR",
    steps: SETTLED,
    extra: { confidential: false },
  },
];

function bodyOf(transaction: DemoTransaction): NewTransaction {
  const { amount, currency } = transaction;
  return NewTransaction.parse({
    job_id: transaction.job,
    amount,
    currency,
    pricing: { model: "per-gpu-hour", unit_price: "1.25", currency, discount_percent: 5 },
    settlement_details: { method: "transfer", due_days: 14, reference: `S-${transaction.job}` },
    confidential: true,
    participants: [transaction.submitter, transaction.with],
    ...transaction.extra,
  });
}

/** One demonstration transaction as it was stored. */
export interface MadeTransaction {
  readonly id: string;
  readonly job: string;
}

async function submitFor(
  runtime: SeedRuntime,
  people: readonly MadePerson[],
  submitter: string,
): Promise<MadeTransaction[]> {
  const own = TRANSACTIONS.filter((transaction) => transaction.submitter === submitter);
  const cx = contextOf(runtime, byHandle(people, submitter).principal);
  const { results } = await submitBatch(cx, { transactions: own.map(bodyOf), atomic: true });
  const made: MadeTransaction[] = [];
  for (const [index, transaction] of own.entries()) {
    const id = results[index]?.transaction_id;
    if (id === undefined)
      throw new InvariantError(`the demonstration transaction ${transaction.job} was refused`);
    for (const status of transaction.steps) await setStatus(cx, id, { status });
    made.push({ id, job: transaction.job });
  }
  return made;
}

/** Creates a dozen transactions in several states. Each is submitted by one of its parties. */
export async function createTransactions(
  runtime: SeedRuntime,
  people: readonly MadePerson[],
): Promise<MadeTransaction[]> {
  const submitters = [...new Set(TRANSACTIONS.map((transaction) => transaction.submitter))];
  const made: MadeTransaction[] = [];
  for (const submitter of submitters) made.push(...(await submitFor(runtime, people, submitter)));
  return made;
}

/** Returns the transaction with this job id. Throws InvariantError if there is none. */
export function byJob(transactions: readonly MadeTransaction[], job: string): MadeTransaction {
  const found = transactions.find((transaction) => transaction.job === job);
  if (found === undefined) throw new InvariantError(`no demonstration transaction ${job}`);
  return found;
}
