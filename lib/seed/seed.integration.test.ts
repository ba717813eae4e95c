import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { endCoViewer } from "@/lib/access/decisions/end-co-viewer";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { fileRequest } from "@/lib/access/requests/file-request";
import { NewRequest } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { reviewRequest } from "@/lib/access/review/review-request";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { contextOf, type SeedRuntime } from "@/lib/seed/demo-context";
import { DEMO_CONTACT } from "@/lib/seed/people";
import { seedDemonstration } from "@/lib/seed/seed-demonstration";
import { createLogger } from "@/lib/telemetry/logger";
import { fixedPolicies } from "@/lib/testing/benches/bench-policies";
import { queryAs } from "@/lib/testing/benches/query-as";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { approvalOf, FACTS, ORDER_FILE } from "@/lib/testing/benches/request-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

let bench: UseCaseBench;
let dir: string;
let runtime: SeedRuntime;

beforeAll(async () => {
  bench = await createUseCaseBench();
  dir = await mkdtemp(path.join(tmpdir(), "sp-seed-"));
});
afterAll(async () => {
  await bench?.close();
  await rm(dir, { recursive: true, force: true });
});

const query = (text: string, values?: readonly unknown[]) => queryAs(bench.database.adminUrl, text, values);

async function principalOf(
  handle: string,
  as: Partial<Pick<Principal, "role" | "duties">> = {},
): Promise<Principal> {
  const [row] = await query("SELECT id, organisation_id, pseudonym FROM app_user WHERE handle = $1", [
    handle,
  ]);
  return {
    userId: String(row?.id),
    handle,
    name: handle,
    pseudonym: String(row?.pseudonym),
    tenantId: bench.place.tenantId,
    organisationId: String(row?.organisation_id),
    participantId: handle,
    role: "regulator",
    duties: [],
    scopes: [],
    proof: { kind: "api-key", keyId: "k", prefix: "p", signed: false },
    ...as,
  };
}

it("the demonstration data is made through the use cases, and its grant opens through the custodian", async () => {
  const { db, instance, clock, audit } = bench.cx;
  const logger = createLogger("test", "silent");
  runtime = {
    db,
    instance,
    clock,
    audit,
    keystore: bench.keystore,
    escrow: bench.escrow,
    logger,
    policies: fixedPolicies(),
    apiKeySecret: new Uint8Array(32).fill(2),
  };
  const demoFile = path.join(dir, "demo.json.new");
  await seedDemonstration(runtime, {
    demoFile,
    baseUrl: "http://127.0.0.1:3000",
    rosterFile: bench.rosterFile,
  });

  expect((await stat(demoFile)).mode & 0o777).toBe(0o600);
  const demo = JSON.parse(await readFile(demoFile, "utf8"));
  expect(demo.accounts.map((account: { participant_id: string }) => account.participant_id)).toEqual([
    "client-456",
    "client-123",
    "miner-789",
    "miner-456",
    ...Array(4).fill("coordinator-001"),
    "auditor-001",
    "auditor-002",
    "regulator-001",
    ...Array(7).fill("coordinator-001"),
    "regulator-002",
  ]);
  expect(demo.accounts.slice(-4, -1).map((account: { duties: string[] }) => account.duties)).toEqual([
    ["executive"],
    ["executive"],
    ["break-glass"],
  ]);
  const [colleague] = await query(
    `SELECT o.email_domains, o.contacts, (SELECT count(*)::int FROM identity_check c WHERE c.officer_user_id = u.id) AS checks
     FROM app_user u JOIN agency o ON o.organisation_id = u.organisation_id WHERE u.handle = 'regulator-002'`,
  );
  const [first] = await query("SELECT organisation_id FROM app_user WHERE handle = 'regulator-001'");
  expect(colleague).toEqual({
    email_domains: ["authority.example"],
    contacts: [{ number: DEMO_CONTACT }],
    checks: 0,
  });
  expect((await principalOf("regulator-002")).organisationId).toBe(first?.organisation_id);
  const authorityFile = path.join(dir, "demo-authority.json");
  expect((await stat(authorityFile)).mode & 0o777).toBe(0o600);
  const authority = JSON.parse(await readFile(authorityFile, "utf8"));
  const [registered] = await query("SELECT kid, public_key, state FROM authority");
  expect(registered).toEqual({ kid: authority.kid, public_key: authority.jwk.x, state: "confirmed" });
  const [counts] = await query(
    `SELECT (SELECT count(*)::int FROM transaction) AS transactions, (SELECT count(DISTINCT status)::int FROM transaction) AS states,
      (SELECT count(*)::int FROM access_request) AS requests, (SELECT count(*)::int FROM access_grant WHERE state = 'active') AS grants,
      (SELECT count(*)::int FROM identity_check) AS checks, (SELECT count(*)::int FROM key_version WHERE state = 'active') AS keys`,
  );
  expect(counts).toEqual({ transactions: 12, states: 6, requests: 2, grants: 2, checks: 3, keys: 4 });

  const [grant] = await query(
    "SELECT id, transactions[1] AS transaction FROM access_grant WHERE request_id IS NOT NULL",
  );
  const cx = contextOf(runtime, await principalOf("regulator-001"));
  const opened = await openTransaction(cx, String(grant?.transaction), {
    purpose: "audit",
    grant_id: String(grant?.id),
  });
  expect(opened.data).toMatchObject({ amount: "1250.00", currency: "EUR", pricing: { unit_price: "1.25" } });
  expect(opened.data).not.toHaveProperty("settlement_details");

  const [desk] = await query(
    "SELECT o.name FROM app_user u JOIN organisation o ON o.id = u.organisation_id WHERE u.handle = 'coordinator-001:support'",
  );
  expect(desk?.name).toBe("Elbe Support Desk GmbH");
  const [dispute] = await query("SELECT transaction_id, state FROM dispute");
  expect(dispute?.state).toBe("taken");
  const staff = { role: "coordinator", duties: ["support"] } as const;
  const support = contextOf(runtime, await principalOf("coordinator-001:support", staff));
  const seen = await openTransaction(support, String(dispute?.transaction_id), { purpose: "dispute" });
  expect(seen.data).toMatchObject({
    amount: "#",
    narrative: "•••••••• •••••••• •••••••• •••••••• ••••••••.",
  });
});

it("the second officer of the regulator's agency is a co-viewer where named, and needs an identity check before a grant of their own", async () => {
  const person = async (handle: string, as: Partial<Pick<Principal, "role" | "duties">> = {}) =>
    contextOf(runtime, await principalOf(handle, as));
  const [ruth, karl] = [await person("regulator-001"), await person("regulator-002")];
  const legal = await person("coordinator-001:legal", { role: "coordinator", duties: ["legal"] });
  const approver = await person("coordinator-001:approve", { role: "coordinator", duties: ["approve"] });
  const [row] = await query("SELECT transactions[1] AS id FROM access_grant WHERE request_id IS NOT NULL");
  const transaction = String(row?.id);
  const file = async (who: Context, more: object = {}): Promise<string> => {
    const asked = { purpose: "audit", justification: "Four eyes", fields: ["amount"] };
    const { id } = await fileRequest(
      who,
      NewRequest.parse({ ...asked, transactions: [transaction], ...more }),
    );
    await attachAuthorization(who, id, FACTS, ORDER_FILE);
    await submitRequest(who, id);
    return id;
  };
  const named = await file(ruth, { co_viewers: ["regulator-002"] });
  await decideRequest(legal, named, approvalOf("legal"));
  const { grant_id = "" } = await decideRequest(approver, named, approvalOf("coordinator"));
  const look = () => openTransaction(karl, transaction, { purpose: "audit", grant_id });
  expect((await look()).data).toHaveProperty("amount");
  await endCoViewer(ruth, named, { person: "regulator-002", reason: "Moved to another desk." });
  expect(await outcomeOf(look())).toBe("access.no-grant");

  const own = await file(karl);
  expect(await outcomeOf(decideRequest(legal, own, approvalOf("legal")))).toBe("decision.identity-check");
  const { identity_check: check } = await reviewRequest(legal, own);
  expect(check).toMatchObject({ is_valid: false, is_domain_verified: true, contacts: [DEMO_CONTACT] });
  const called = { called_number: DEMO_CONTACT, is_confirmed: true, note: "Put through by the switchboard." };
  await checkIdentity(legal, own, called);
  expect((await decideRequest(legal, own, approvalOf("legal"))).state).toBe("stage_2");
});
