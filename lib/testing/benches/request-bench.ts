import "server-only";
import { Client } from "pg";
import { expect } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { fileRequest } from "@/lib/access/requests/file-request";
import { NewDecision, NewRequest } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { utf8 } from "@/lib/crypto/bytes";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { refusalOf } from "@/lib/testing/benches/refusal";
import {
  createUseCaseBench,
  type NewPerson,
  TEST_CONTACT,
  type UseCaseBench,
} from "@/lib/testing/benches/use-case-bench";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

export type RequestPerson = Awaited<ReturnType<UseCaseBench["person"]>>;

const PDF = utf8("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n");
export const FACTS = AuthorizationFactsBody.parse({
  issuer: "Landgericht Berlin",
  jurisdiction: "DE",
  kind: "court_order",
  case_number: "18 O 1/26",
  valid_from: new Date(Date.now() - 86_400_000).toISOString(),
  valid_until: new Date(Date.now() + 20 * 86_400_000).toISOString(),
});
export const CONFIRMS = {
  issuer: FACTS.issuer,
  case_number: FACTS.case_number,
  valid_from: FACTS.valid_from,
  valid_until: FACTS.valid_until,
};
export const IDENTITY = { called_number: TEST_CONTACT, is_confirmed: true, note: "Called back." };
/** The order itself. */
export const ORDER_FILE = { filename: "order.pdf", mediaType: "application/pdf", bytes: PDF };

export interface Filing {
  readonly who?: RequestPerson;
  readonly fields?: readonly string[];
  readonly transactions?: readonly string[];
  readonly maxViews?: number;
  readonly coViewers?: readonly string[];
  readonly maxExports?: number;
  readonly purpose?: string;
}

/** Officers, their deciders, and two sealed transactions for requests. */
export interface RequestBench extends UseCaseBench {
  readonly regulator: RequestPerson;
  readonly auditor: RequestPerson;
  readonly legal: RequestPerson;
  readonly approver: RequestPerson;
  readonly second: RequestPerson;
  readonly both: RequestPerson;
  /** A decider of the regulator's own organisation. */
  readonly colleague: RequestPerson;
  readonly support: RequestPerson;
  /** Further people that a test asked for, in its order. They are on the roster too. */
  readonly more: readonly RequestPerson[];
  readonly txId: string;
  readonly otherTxId: string;
}

async function rosterOf(bench: UseCaseBench, people: readonly RequestPerson[]): Promise<void> {
  await writeEvaluationRoster(bench.rosterFile, {
    log: bench.place.log,
    persons: people.map(({ principal }) => ({
      person: principal.handle,
      organisation: principal.organisationId,
      role: principal.role,
      duties: [...principal.duties],
    })),
    evaluationKey: loadSigningKey(bench.keystore, "evaluation").publicKey,
    sign: (statement) => signAsPortal(bench.keystore, "roster", statement),
  });
}

/** Submits a new transaction of this client, sealed for them. */
export async function newTransaction(client: RequestPerson): Promise<string> {
  const participants = [client.principal.participantId];
  const body = { job_id: "job-1", amount: "1000", currency: "EUR", pricing: { rate: "5" }, participants };
  const answer = await submitTransaction(client, NewTransaction.parse({ ...body, confidential: true }));
  return answer.transaction_id;
}

/** Opens the bench, on another bench if one is given; call `close` when the test is over. */
export async function createRequestBench(
  extra: readonly (NewPerson & { readonly isOfRegulator?: true })[] = [],
  options: Parameters<typeof createUseCaseBench>[0] = {},
  on?: UseCaseBench,
): Promise<RequestBench> {
  const bench = on ?? (await createUseCaseBench(options));
  const coordinator = (duties: RequestPerson["principal"]["duties"]) =>
    bench.person({ role: "coordinator", duties, hasKey: false });
  const client = await bench.person({ role: "client" });
  const regulator = await bench.person({ role: "regulator", hasKey: false });
  const auditor = await bench.person({ role: "auditor", hasKey: false });
  const legal = await coordinator(["legal"]);
  const approver = await coordinator(["approve"]);
  const second = await coordinator(["approve"]);
  const both = await coordinator(["legal", "approve"]);
  const support = await coordinator(["support"]);
  const { principal } = await coordinator(["legal", "approve"]);
  const { organisationId } = regulator.principal;
  const colleague = { ...legal, principal: { ...principal, organisationId } };
  const more: RequestPerson[] = [];
  for (const { isOfRegulator, ...one } of extra) {
    const place = isOfRegulator === undefined ? {} : { organisationId };
    more.push(await bench.person({ hasKey: false, ...place, ...one }));
  }
  await rosterOf(bench, [regulator, auditor, legal, approver, second, both, ...more]);
  const [txId, otherTxId] = [await newTransaction(client), await newTransaction(client)];
  return {
    ...bench,
    regulator,
    auditor,
    legal,
    approver,
    second,
    both,
    colleague,
    support,
    more,
    txId,
    otherTxId,
  };
}

/** Drafts a request, by default by the regulator for the first transaction. */
export async function draftRequest(bench: RequestBench, filing: Filing = {}): Promise<string> {
  const {
    who = bench.regulator,
    fields,
    transactions,
    maxViews,
    coViewers,
    maxExports,
    purpose = "audit",
  } = filing;
  const body = NewRequest.parse({
    purpose,
    justification: "Examination of a settlement",
    transactions: transactions ?? [bench.txId],
    fields: fields ?? ["amount", "pricing"],
    ...(maxViews === undefined ? {} : { max_views: maxViews }),
    ...(coViewers === undefined ? {} : { co_viewers: coViewers }),
    ...(maxExports === undefined ? {} : { max_exports: maxExports }),
  });
  return (await fileRequest(who, body)).id;
}

/** Drafts a request, attaches its order and submits it. */
export async function submittedRequest(bench: RequestBench, filing: Filing = {}): Promise<string> {
  const who = filing.who ?? bench.regulator;
  const id = await draftRequest(bench, filing);
  await attachAuthorization(who, id, FACTS, ORDER_FILE);
  expect((await submitRequest(who, id)).state).toBe("stage_1");
  return id;
}

/** Returns an approval of this stage that confirms the order's facts. */
export function approvalOf(stage: "legal" | "coordinator", more: object = {}): NewDecision {
  const body = { stage, decision: "approve", comment: "As the order says", confirms: CONFIRMS, ...more };
  return NewDecision.parse(body);
}

const checked = new WeakSet<RequestBench>();

/** Records the officer's identity check, once for each bench. Without it no approval is accepted. */
export async function ensureChecked(bench: RequestBench, requestId: string): Promise<void> {
  if (checked.has(bench)) return;
  const { code } = await refusalOf(decideRequest(bench.legal, requestId, approvalOf("legal")));
  expect(code).toBe("decision.identity-check");
  await checkIdentity(bench.legal, requestId, IDENTITY);
  checked.add(bench);
}

/** Returns a request approved by two people, with an active grant. */
export async function approvedRequest(
  bench: RequestBench,
  filing: Filing = {},
): Promise<{ requestId: string; grantId: string }> {
  const requestId = await submittedRequest(bench, filing);
  await ensureChecked(bench, requestId);
  await decideRequest(bench.legal, requestId, approvalOf("legal"));
  const answer = await decideRequest(bench.approver, requestId, approvalOf("coordinator"));
  expect(answer.state).toBe("active");
  return { requestId, grantId: answer.grant_id ?? "" };
}

/** Runs a statement as the database's owner. */
export async function queryOwner(bench: RequestBench, text: string, values: readonly unknown[] = []) {
  const connection = new Client({ connectionString: bench.database.adminUrl });
  await connection.connect();
  try {
    return await connection.query(text, [...values]);
  } finally {
    await connection.end();
  }
}
