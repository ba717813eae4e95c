import "server-only";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { fileRequest } from "@/lib/access/requests/file-request";
import { type Confirms, NewDecision, NewRequest, type Stage } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { InvariantError } from "@/lib/errors";
import { makeOrderPdf } from "@/lib/seed/court-order";
import { byHandle, type MadePerson } from "@/lib/seed/create-people";
import { contextOf, type SeedRuntime } from "@/lib/seed/demo-context";
import { byJob, type MadeTransaction } from "@/lib/seed/demo-transactions";

const DAY_MS = 86_400_000;

interface DemoRequest {
  readonly officer: string;
  readonly ask: NewRequest;
  readonly order: AuthorizationFactsBody;
  readonly title: string;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function courtOrderRequest(now: number, transactions: readonly MadeTransaction[]): DemoRequest {
  return {
    officer: "regulator-001",
    title: "Court order",
    ask: NewRequest.parse({
      purpose: "audit",
      justification: "Review of the price of job-1001 in proceedings about market conduct.",
      legal_basis: "Order of the Amtsgericht Mitte",
      transactions: [byJob(transactions, "job-1001").id],
      fields: ["amount", "pricing"],
    }),
    order: AuthorizationFactsBody.parse({
      issuer: "Amtsgericht Mitte",
      jurisdiction: "DE",
      kind: "court_order",
      case_number: "7 K 221/26",
      valid_from: dayOf(now - DAY_MS),
      valid_until: dayOf(now + 60 * DAY_MS),
    }),
  };
}

function auditMandateRequest(now: number, transactions: readonly MadeTransaction[]): DemoRequest {
  return {
    officer: "auditor-001",
    title: "Audit mandate",
    ask: NewRequest.parse({
      purpose: "compliance",
      justification: "Annual audit: sample of completed jobs above 10,000.",
      legal_basis: "Mandate of the supervisory board",
      transactions: [byJob(transactions, "job-2002").id],
      fields: ["amount", "settlement_details"],
    }),
    order: AuthorizationFactsBody.parse({
      issuer: "Prüfverband Mitte",
      jurisdiction: "DE",
      kind: "audit_mandate",
      case_number: "PM-2026-031",
      valid_from: dayOf(now - 7 * DAY_MS),
      valid_until: dayOf(now + 90 * DAY_MS),
    }),
  };
}

function documentOf({ title, order }: DemoRequest) {
  const bytes = makeOrderPdf({
    title,
    lines: [
      `Issuer: ${order.issuer}`,
      `Number: ${order.case_number}`,
      `Valid from ${order.valid_from} until ${order.valid_until}`,
      "Made for the demonstration of Sealport. It orders nothing.",
    ],
  });
  return { filename: "order.pdf", mediaType: "application/pdf", bytes };
}

async function file(
  runtime: SeedRuntime,
  people: readonly MadePerson[],
  request: DemoRequest,
): Promise<string> {
  const cx = contextOf(runtime, byHandle(people, request.officer).principal);
  const { id } = await fileRequest(cx, request.ask);
  await attachAuthorization(cx, id, request.order, documentOf(request));
  await submitRequest(cx, id);
  return id;
}

function approval(stage: Stage, { order }: DemoRequest): NewDecision {
  const { issuer, case_number, valid_from, valid_until } = order;
  const confirms: Confirms = { issuer, case_number, valid_from, valid_until };
  return NewDecision.parse({
    stage,
    decision: "approve",
    comment: "The order was read and its facts compared with the document.",
    confirms,
  });
}

async function approve(
  runtime: SeedRuntime,
  people: readonly MadePerson[],
  id: string,
  request: DemoRequest,
): Promise<void> {
  const as = (handle: string) => contextOf(runtime, byHandle(people, handle).principal);
  await decideRequest(as("coordinator-001:legal"), id, approval("legal", request));
  const last = await decideRequest(as("coordinator-001:approve"), id, approval("coordinator", request));
  if (last.state !== "active") throw new InvariantError("the demonstration grant did not become active");
}

/** Creates a request with an active grant, and one that waits for its legal review. */
export async function createRequests(
  runtime: SeedRuntime,
  people: readonly MadePerson[],
  transactions: readonly MadeTransaction[],
): Promise<void> {
  const now = runtime.clock.nowMs();
  const ordered = courtOrderRequest(now, transactions);
  await approve(runtime, people, await file(runtime, people, ordered), ordered);
  await file(runtime, people, auditMandateRequest(now, transactions));
}
