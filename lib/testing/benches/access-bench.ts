import "server-only";
import { Client } from "pg";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { fileRequest } from "@/lib/access/requests/file-request";
import { NewDecision, NewRequest, type Stage } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { utf8 } from "@/lib/crypto/bytes";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createUseCaseBench, TEST_CONTACT, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

export type BenchPerson = Awaited<ReturnType<UseCaseBench["person"]>>;

const DAY_MS = 86_400_000;
const ORDER_PDF = utf8("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n");

/** Officers, deciders and two sealed transactions. The officers' identity checks are recorded. */
export interface AccessBench extends UseCaseBench {
  readonly client: BenchPerson;
  readonly regulator: BenchPerson;
  readonly auditor: BenchPerson;
  readonly legal: BenchPerson;
  readonly approver: BenchPerson;
  readonly second: BenchPerson;
  readonly both: BenchPerson;
  readonly support: BenchPerson;
  readonly transactions: readonly [string, string];
  readonly order: AuthorizationFactsBody;
  readonly document: Uint8Array;
  /** Files and submits a request of this officer with its order; the regulator's by default. */
  file(filing?: Filing): Promise<string>;
  draft(filing?: Filing): Promise<string>;
  /** Runs a query as the database's owner, to check what was written. */
  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  /** Returns an approval of the stage, with the order's facts retyped. */
  approval(stage: Stage, more?: object): NewDecision;
}

export interface Filing {
  readonly who?: BenchPerson;
  readonly asked?: object;
  readonly order?: object;
}

async function writeRoster(bench: UseCaseBench, people: readonly BenchPerson[]): Promise<void> {
  await writeEvaluationRoster(bench.rosterFile, {
    log: bench.place.log,
    persons: people.map(({ principal }) => ({
      person: principal.handle,
      organisation: principal.organisationId,
      role: principal.role,
      duties: [...principal.duties],
      ...(principal.role === "client" || principal.role === "miner"
        ? { participant: principal.participantId }
        : {}),
    })),
    evaluationKey: loadSigningKey(bench.keystore, "evaluation").publicKey,
    sign: (statement) => signAsPortal(bench.keystore, "roster", statement),
  });
}

async function submitOne(client: BenchPerson): Promise<string> {
  const participants = [client.principal.participantId];
  const body = { job_id: "job-1", amount: "1000", currency: "EUR", pricing: { rate: "5" }, participants };
  return (await submitTransaction(client, NewTransaction.parse({ ...body, confidential: true })))
    .transaction_id;
}

async function query(url: string, text: string, values: readonly unknown[]) {
  const connection = new Client({ connectionString: url });
  await connection.connect();
  try {
    return await connection.query(text, [...values]);
  } finally {
    await connection.end();
  }
}

export async function createAccessBench(
  options: Parameters<typeof createUseCaseBench>[0] = {},
): Promise<AccessBench> {
  const bench = await createUseCaseBench(options);
  const coordinator = (duties: BenchPerson["principal"]["duties"]) =>
    bench.person({ role: "coordinator", duties, hasKey: false });
  const client = await bench.person({ role: "client" });
  const regulator = await bench.person({ role: "regulator", hasKey: false });
  const auditor = await bench.person({ role: "auditor", hasKey: false });
  const legal = await coordinator(["legal"]);
  const approver = await coordinator(["approve"]);
  const second = await coordinator(["approve"]);
  const both = await coordinator(["legal", "approve"]);
  const support = await coordinator(["support"]);
  await writeRoster(bench, [regulator, auditor, legal, approver, second, both]);
  const transactions = [await submitOne(client), await submitOne(client)] as const;
  const order = AuthorizationFactsBody.parse({
    issuer: "Landgericht Berlin",
    jurisdiction: "DE",
    kind: "court_order",
    case_number: "18 O 1/26",
    valid_from: new Date(Date.now() - DAY_MS).toISOString().slice(0, 10),
    valid_until: new Date(Date.now() + 20 * DAY_MS).toISOString().slice(0, 10),
  });
  const { issuer, case_number, valid_from, valid_until } = order;
  const draft = async ({ who = regulator, asked = {} }: Filing = {}): Promise<string> => {
    const body = {
      purpose: "audit",
      justification: "Examination",
      transactions,
      fields: ["amount", "pricing"],
    };
    return (await fileRequest(who, NewRequest.parse({ ...body, ...asked }))).id;
  };
  const file = async (filing: Filing = {}): Promise<string> => {
    const { who = regulator } = filing;
    const id = await draft(filing);
    const facts = AuthorizationFactsBody.parse({ ...order, ...filing.order });
    const upload = { filename: "order.pdf", mediaType: "application/pdf", bytes: ORDER_PDF };
    await attachAuthorization(who, id, facts, upload);
    await submitRequest(who, id);
    return id;
  };
  const confirms = { issuer, case_number, valid_from, valid_until };
  const approval = (stage: Stage, more: object = {}) =>
    NewDecision.parse({ stage, decision: "approve", comment: "As the order says", confirms, ...more });
  const check = { called_number: TEST_CONTACT, is_confirmed: true, note: "Called back." };
  for (const who of [regulator, auditor]) await checkIdentity(legal, await file({ who }), check);
  const people = { client, regulator, auditor, legal, approver, second, both, support };
  const ask = (text: string, values: readonly unknown[]) => query(bench.database.adminUrl, text, values);
  return { ...bench, ...people, transactions, order, document: ORDER_PDF, file, draft, approval, query: ask };
}
