import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { people } from "../support/api";
import { demo } from "../support/instance";
import { approve, canaries, decide, fileRequest, newTransaction, orderFacts, text } from "../support/steps";

const run = promisify(execFile);

async function verify(bundle: string): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await run("npm", ["run", "--silent", "verify", "--", bundle]);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const failed = error as { code?: number; stdout?: string; stderr?: string };
    return { code: failed.code ?? -1, output: `${failed.stdout ?? ""}${failed.stderr ?? ""}` };
  }
}

const logsOf = async (who: ReturnType<typeof people>["auditor"], transactionId: string) => {
  const answer = await who.get(`/confidential/access/logs?transaction_id=${transactionId}&limit=100`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json.logs as { participant_id: string; success: boolean; purpose: string; error?: string }[];
};

test("a transaction is sealed, opened by its party, disclosed under a court order and proven", async () => {
  const who = people(demo());
  const secret = canaries();

  const created = await who.client456.post("/confidential/transactions", newTransaction(secret));
  expect(created.status, created.text).toBe(201);
  for (const value of [...Object.values(secret), '"1000"']) expect(created.text).not.toContain(value);
  expect(created.json).toMatchObject({ job_id: "job-123", confidential: true, has_encrypted_data: true });
  expect(created.json.receipt).toMatchObject({ log: expect.any(String), signature: expect.any(String) });
  const id = text(created, "transaction_id");

  const opened = await who.miner789.post(`/confidential/transactions/${id}/access`, {
    purpose: "settlement",
  });
  expect(opened.status, opened.text).toBe(200);
  expect(opened.json.data).toEqual({
    amount: "1000",
    currency: "USD",
    pricing: { rate: secret.rate, unit: secret.unit },
    settlement_details: { iban: secret.iban, memo: secret.memo },
  });

  const foreign = await who.client123.post(`/confidential/transactions/${id}/access`, {
    purpose: "settlement",
  });
  expect(foreign.status).toBe(404);
  const wrongPurpose = await who.miner789.post(`/confidential/transactions/${id}/access`, {
    purpose: "audit",
  });
  expect(wrongPurpose.status).toBe(403);
  expect(wrongPurpose.json).toMatchObject({
    code: "access.purpose",
    detail: expect.stringMatching(/purpose/i),
  });

  const logs = await logsOf(who.auditor, id);
  expect(logs.filter((entry) => entry.participant_id === "miner-789" && entry.success)).toHaveLength(1);
  expect(logs.filter((entry) => entry.participant_id === "client-123" && !entry.success)).toHaveLength(1);
  expect(logs.filter((entry) => entry.participant_id === "miner-789" && !entry.success)).toHaveLength(1);

  const facts = orderFacts();
  const requestId = await fileRequest(who.regulator, id, facts);
  expect((await decide(who.regulator, requestId, "legal", facts)).status).toBe(403);
  expect((await decide(who.coordinator, requestId, "legal", facts)).status).toBe(403);
  expect((await decide(who.support, requestId, "legal", facts)).status).toBe(403);
  const mismatch = await decide(who.legal, requestId, "legal", { ...facts, case_number: "1 O 1/26" });
  expect(mismatch.status, mismatch.text).toBe(422);
  const first = await decide(who.legal, requestId, "legal", facts);
  expect(first.status, first.text).toBe(200);
  expect(first.json.state).toBe("stage_2");
  expect((await decide(who.legal, requestId, "coordinator", facts)).status).toBe(403);
  const second = await decide(who.coordinator, requestId, "coordinator", facts);
  expect(second.status, second.text).toBe(200);
  expect(second.json.state).toBe("active");

  const audited = await who.regulator.post(`/confidential/transactions/${id}/audit`, { purpose: "audit" });
  expect(audited.status, audited.text).toBe(200);
  expect(audited.json.data).toEqual({
    amount: "1000",
    currency: "USD",
    pricing: { rate: secret.rate, unit: secret.unit },
  });
  expect(audited.text).not.toContain(secret.iban);
  const beyond = await who.regulator.post(`/confidential/transactions/${id}/audit`, {
    purpose: "audit",
    fields: ["settlement_details"],
  });
  expect(beyond.status).toBe(403);
  expect(beyond.json.code).toBe("access.groups");

  const csv = await who.regulator.bytes("/confidential/audit/export?format=csv");
  expect(csv.status).toBe(200);
  expect(csv.bytes.toString("utf8").split("\n").length).toBeGreaterThan(10);
  const ndjson = await who.regulator.bytes("/confidential/audit/export?format=ndjson");
  expect(ndjson.status).toBe(200);
  for (const line of ndjson.bytes.toString("utf8").trim().split("\n")) JSON.parse(line);

  const folder = mkdtempSync(path.join(tmpdir(), "sealport-story-"));
  const bundle = await who.regulator.bytes("/confidential/audit/export?format=bundle");
  expect(bundle.status).toBe(200);
  const whole = path.join(folder, "bundle.zip");
  writeFileSync(whole, bundle.bytes);
  const good = await verify(whole);
  expect(good.code, good.output).toBe(3);
  for (const part of [0.1, 0.5, 0.9]) {
    const changed = Buffer.from(bundle.bytes);
    const at = Math.floor(changed.length * part);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const file = path.join(folder, `changed-${part}.zip`);
    writeFileSync(file, changed);
    const bad = await verify(file);
    expect(bad.code, `byte ${at}: ${bad.output}`).toBe(1);
  }
});

test("the same story is refused to the wrong role, outside the grant, after its end and after revocation", async () => {
  const who = people(demo());
  const secret = canaries();
  const created = await who.client456.post("/confidential/transactions", newTransaction(secret));
  const id = text(created, "transaction_id");
  const audit = (caller: typeof who.auditor, body: object = { purpose: "audit" }) =>
    caller.post(`/confidential/transactions/${id}/audit`, body);

  for (const [caller, status] of [
    [who.regulator, 403],
    [who.auditor, 403],
    [who.client123, 403],
    [who.coordinator, 403],
  ] as const) {
    const answer = await audit(caller);
    expect([status, 404], answer.text).toContain(answer.status);
  }
  expect(
    (await who.auditor.post(`/confidential/transactions/${id}/access`, { purpose: "audit" })).status,
  ).toBe(403);
  expect((await who.client456.post("/confidential/access/requests", {})).status).toBe(403);

  const facts = orderFacts();
  const requestId = await fileRequest(who.regulator, id, facts, { fields: ["amount"] });
  const grantId = await approve(who, requestId, facts);
  expect((await audit(who.regulator)).json.data).toEqual({ amount: "1000", currency: "USD" });
  expect((await audit(who.auditor, { purpose: "audit", grant_id: grantId })).status).toBe(403);
  expect(
    (await audit(who.regulator, { purpose: "audit", grant_id: grantId, fields: ["pricing"] })).status,
  ).toBe(403);
  expect((await audit(who.regulator, { purpose: "compliance", grant_id: grantId })).status).toBe(403);

  const revoked = await who.coordinator.post(`/confidential/access/grants/${grantId}/revoke`, {
    reason: "order lifted",
  });
  expect(revoked.status, revoked.text).toBe(200);
  const after = await audit(who.regulator, { purpose: "audit", grant_id: grantId });
  expect(after.status).toBe(403);

  const soon = new Date(Date.now() + 8_000).toISOString().replace(/\.\d+Z$/, "Z");
  const shortId = await approve(who, await fileRequest(who.regulator, id, facts, { until: soon }), facts);
  await expect
    .poll(async () => (await audit(who.regulator, { purpose: "audit", grant_id: shortId })).status, {
      timeout: 60_000,
      // Each opening takes a view of the grant.
      interval: 1_000,
    })
    .toBe(403);
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(soon));
});
