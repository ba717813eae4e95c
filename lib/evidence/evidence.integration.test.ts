import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getCase } from "@/lib/access/cases/get-case";
import { listCases } from "@/lib/access/cases/list-cases";
import { CaseQuery } from "@/lib/access/cases/schema";
import { getGrant } from "@/lib/access/grants/get-grant";
import { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { verifyEvidence } from "@/lib/audit/bundle-verifier/evidence/verify-evidence";
import { verifyReceipt } from "@/lib/audit/bundle-verifier/receipts/verify-receipt";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { getReceipt } from "@/lib/audit/reading/get-receipt";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { listEvidence } from "@/lib/evidence/list-evidence";
import { makeEvidence } from "@/lib/evidence/make-evidence";
import { makePack } from "@/lib/evidence/make-pack";
import { EvidenceQuery, NewEvidence, NewEvidencePack } from "@/lib/evidence/schema";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  approvedRequest,
  createRequestBench,
  newTransaction,
  queryOwner,
  type RequestBench,
} from "@/lib/testing/benches/request-bench";
import { signWithPasskey, storePasskey } from "@/lib/testing/devices/statement-passkey";
import { prepareOpening } from "@/lib/transactions/open/prepare-opening";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

let log: LogBench;
let bench: RequestBench;
beforeAll(async () => {
  log = await createLogBench();
  bench = await createRequestBench(
    [
      { role: "regulator", isOfRegulator: true },
      { role: "coordinator", duties: ["compliance"] },
    ],
    {},
    log,
  );
});
afterAll(() => bench.close());

/** Makes evidence while the log is signed further, as on a running portal. */
async function make(cx: Context, body: object): Promise<Uint8Array> {
  const made = makeEvidence(cx, NewEvidence.parse(body));
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  made.then(end, end);
  while (!isOver) await log.anchor();
  return new Uint8Array(await (await made).response.arrayBuffer());
}

const policy = () => Policy.parse({ ...log.policy });
const newest = async (cx: Context) => (await listEvidence(cx, EvidenceQuery.parse({ limit: "1" }))).items[0];
const ofGrant = (grant_id: string, more: object = {}) => ({
  grant_id,
  purpose: "audit",
  records: [{ transaction_id: bench.txId }],
  ...more,
});

async function budget(grantId: string) {
  const { views_left, exports_left } = await getGrant(bench.regulator, grantId);
  return [views_left, exports_left];
}

async function entriesOf(action: string): Promise<string[]> {
  const text = "SELECT outcome FROM audit_index WHERE action = $1 ORDER BY at";
  return (await queryOwner(bench, text, [action])).rows.map(({ outcome }) => outcome);
}

describe("evidence under a grant", () => {
  it("evidence takes one view and one export, and verifies with the keys of the log", async () => {
    const { grantId } = await approvedRequest(bench, { maxViews: 2, maxExports: 2 });
    const bytes = await make(bench.regulator, ofGrant(grantId));
    expect(await budget(grantId)).toEqual([1, 1]);
    const report = verifyEvidence(bytes, policy());
    expect(report).toMatchObject({ verdict: "unchanged", isPdf: true, promised: 0, fault: undefined });
    const { statement } = report;
    expect(statement.authority).toMatchObject({ purpose: "audit", instrument: "court_order" });
    expect(statement.authority.decided_by.map(({ stage }) => stage)).toEqual(["legal", "coordinator"]);
    expect(statement.records[0]?.groups).toMatchObject([
      { group: "amount", shown: "full", fields: { amount: "1000", currency: "EUR" } },
      { group: "pricing", shown: "full", fields: { rate: "5" } },
    ]);
    const item = await newest(bench.regulator);
    expect(item).toMatchObject({
      state: "done",
      own: true,
      code: report.code,
      digest: toBase64url(sha256(bytes)),
    });
    // A counter would show a party when others make evidence, also under a sealed order.
    expect(item?.reference).toMatch(/^EV-\d{4}-\d{8}$/);
  });

  it("the intent is in the log before the opening, and the outcome has the digest", async () => {
    expect(await entriesOf("evidence.make")).toEqual(["intent", "done"]);
    const { rows } = await queryOwner(
      bench,
      `SELECT action, outcome FROM audit_index WHERE action IN ('evidence.make', 'disclosure.open') ORDER BY entry_id`,
    );
    expect(rows.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "evidence.make intent",
      "disclosure.open intent",
      "disclosure.open done",
      "evidence.make done",
    ]);
  });

  it("the case of the order names the evidence, with its entry of the log", async () => {
    await log.anchor();
    const [found] = (await listCases(bench.regulator, CaseQuery.parse({}))).items;
    const { timeline } = await getCase(bench.regulator, found?.id ?? "");
    expect(timeline.filter(({ group }) => group === "evidence")).toEqual([
      {
        ...{ at: expect.any(String), group: "evidence", kind: "evidence" },
        by: { handle: bench.regulator.principal.handle, name: bench.regulator.principal.name },
        request: { id: expect.any(String), reference: expect.stringMatching(/^GR-/) },
        entry: { seq: expect.any(Number), closed_log: null },
      },
    ]);
  });

  it("the database keeps no value of the file", async () => {
    const { rows } = await queryOwner(bench, "SELECT to_jsonb(e)::text AS row FROM evidence e");
    for (const { row } of rows) expect(row).not.toContain("1000");
  });

  it("evidence as JSON verifies too, and groups that were not asked for are sealed", async () => {
    const { grantId } = await approvedRequest(bench, { maxExports: 1 });
    const bytes = await make(bench.regulator, ofGrant(grantId, { format: "json", fields: ["amount"] }));
    const report = verifyEvidence(bytes, policy());
    expect(report).toMatchObject({ verdict: "unchanged", isPdf: false });
    expect(report.statement.records[0]?.groups[1]).toEqual({ group: "pricing", shown: "sealed" });
  });

  it("a grant without exports or with too few views gives no evidence, and loses nothing", async () => {
    const without = await approvedRequest(bench, { maxViews: 3, maxExports: 1 });
    await make(bench.regulator, ofGrant(without.grantId));
    const before = await budget(without.grantId);
    expect(await outcomeOf(makeEvidence(bench.regulator, NewEvidence.parse(ofGrant(without.grantId))))).toBe(
      "access.exports-exhausted",
    );
    expect(await budget(without.grantId)).toEqual(before);
    const both = [bench.txId, bench.otherTxId];
    const few = await approvedRequest(bench, { maxViews: 1, maxExports: 1, transactions: both });
    const records = both.map((transaction_id) => ({ transaction_id }));
    const body = NewEvidence.parse(ofGrant(few.grantId, { records }));
    expect(await outcomeOf(makeEvidence(bench.regulator, body))).toBe("access.views-exhausted");
    expect(await budget(few.grantId)).toEqual([1, 1]);
  });

  it("the last view and the last export make evidence of it", async () => {
    const { grantId } = await approvedRequest(bench, { maxViews: 1, maxExports: 1 });
    expect(verifyEvidence(await make(bench.regulator, ofGrant(grantId)), policy()).verdict).toBe("unchanged");
    expect(await budget(grantId)).toEqual([0, 0]);
  });

  it("a co-viewer, another person and an unknown record get no evidence", async () => {
    const [viewer] = bench.more;
    if (viewer === undefined) throw new Error("no viewer");
    const { grantId } = await approvedRequest(bench, { coViewers: [viewer.principal.handle], maxExports: 1 });
    const ask = (cx: Context, body: object) => outcomeOf(makeEvidence(cx, NewEvidence.parse(body)));
    expect(await ask(viewer, ofGrant(grantId))).toBe("access.no-grant");
    expect(await ask(bench.auditor, ofGrant(grantId))).toBe("access.no-grant");
    const unknown = { records: [{ transaction_id: uuidv7(1) }] };
    expect(await ask(bench.regulator, ofGrant(grantId, unknown))).toBe("transaction.not-found");
    expect(await budget(grantId)).toEqual([expect.any(Number), 1]);
  });

  it("a signature that the custodian does not accept costs neither an export nor a view", async () => {
    const { grantId } = await approvedRequest(bench, { maxExports: 1 });
    const before = await budget(grantId);
    const { principal } = bench.regulator;
    // The session's last proof is too old, so only the signature could be the proof.
    const multiFactorAt = new Date(Date.now() - 3_600_000);
    const session = { kind: "session", method: "passkey", sessionId: uuidv7(1) } as const;
    const proof = { ...session, provedAt: multiFactorAt, multiFactorAt };
    const old: Context = { ...bench.regulator, principal: { ...principal, proof } };
    const transactions = [bench.txId];
    const { opening_id, statement } = await prepareOpening(old, { grant_id: grantId, transactions });
    const { device } = await storePasskey(old, "http://localhost:3000");
    const opening = { opening_id, signature: signWithPasskey(device, "open", statement) };
    const records = [{ transaction_id: bench.txId, opening }];
    expect(await outcomeOf(makeEvidence(old, NewEvidence.parse(ofGrant(grantId, { records }))))).toMatch(
      /^(custodian\.refused|statement\.invalid)$/,
    );
    expect(await budget(grantId)).toEqual(before);
  });

  it("without a checkpoint in time the evidence has the log's promise, and says so", async () => {
    const { grantId } = await approvedRequest(bench, { maxExports: 1 });
    const body = NewEvidence.parse(ofGrant(grantId, { format: "json" }));
    const { response } = await makeEvidence(bench.regulator, body, { looks: 1 });
    const report = verifyEvidence(new Uint8Array(await response.arrayBuffer()), policy());
    expect(report).toMatchObject({ verdict: "consistent", fault: undefined });
    expect(report.promised).toBeGreaterThan(0);
  });
});

describe("an evidence pack", () => {
  /** Makes a pack while the log is signed further. */
  async function pack(cx: Context, grant_id: string): Promise<ReadonlyMap<string, Uint8Array>> {
    const made = makePack(cx, NewEvidencePack.parse(ofGrant(grant_id)));
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    made.then(end, end);
    while (!isOver) await log.anchor();
    const bytes = new Uint8Array(await (await made).response.arrayBuffer());
    return new Map(readCanonicalZip(bytes).map((file) => [file.name, file.bytes]));
  }

  it("has evidence and the signed bundle of the grant, which verify, and takes one view and two exports", async () => {
    const { grantId } = await approvedRequest(bench, { maxViews: 2, maxExports: 3 });
    await make(bench.regulator, ofGrant(grantId));
    const files = await pack(bench.regulator, grantId);
    expect(await budget(grantId)).toEqual([0, 0]);
    const [pdf = ""] = [...files.keys()].filter((name) => name.endsWith(".pdf"));
    expect(verifyEvidence(files.get(pdf) ?? new Uint8Array(), policy()).verdict).toBe("unchanged");
    const bundle = files.get("audit-log.zip") ?? new Uint8Array();
    expect((await verifyBundle(bundle, { policy: policy() })).verdict).toBe("verified");
    const { evidence } = JSON.parse(Buffer.from(files.get("evidence.json") ?? []).toString());
    expect(evidence).toHaveLength(2);
    expect(evidence[1]).toMatchObject({
      reference: pdf.replace(".pdf", ""),
      sha256: toBase64url(sha256(files.get(pdf) ?? new Uint8Array())),
    });
    expect(Buffer.from(files.get("README.txt") ?? []).toString()).toContain(pdf);
    // The log has each part as it has it alone: the export, then the evidence with its opening.
    const text = "SELECT action, outcome FROM audit_index WHERE grant_id = $1 ORDER BY entry_id DESC LIMIT 5";
    const { rows } = await queryOwner(bench, text, [grantId]);
    expect(rows.toReversed().map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "audit.export done",
      "evidence.make intent",
      "disclosure.open intent",
      "disclosure.open done",
      "evidence.make done",
    ]);
  });

  it("is refused before anything is spent where the grant has fewer exports or views than it takes", async () => {
    const ask = (grantId: string, more = {}) =>
      outcomeOf(makePack(bench.regulator, NewEvidencePack.parse(ofGrant(grantId, more))));
    const few = await approvedRequest(bench, { maxViews: 2, maxExports: 1 });
    expect(await ask(few.grantId)).toBe("access.exports-exhausted");
    expect(await budget(few.grantId)).toEqual([2, 1]);
    const both = [bench.txId, bench.otherTxId];
    const one = await approvedRequest(bench, { maxViews: 1, maxExports: 2, transactions: both });
    const records = both.map((transaction_id) => ({ transaction_id }));
    expect(await ask(one.grantId, { records })).toBe("access.views-exhausted");
    expect(await budget(one.grantId)).toEqual([1, 2]);
    const stranger = makePack(bench.auditor, NewEvidencePack.parse(ofGrant(one.grantId)));
    expect(await outcomeOf(stranger)).toBe("access.no-grant");
  });
});

describe("a receipt", () => {
  it("people fetch the receipt of their own act again with the same bytes, and no one else's", async () => {
    const { requestId } = await approvedRequest(bench);
    await log.anchor();
    const first = await getReceipt(bench.regulator, { request_id: requestId });
    expect(await getReceipt(bench.regulator, { request_id: requestId })).toEqual(first);
    expect(verifyReceipt(first, { receipts: [...log.policy.receipts] })).toMatchObject({ ok: true });
    expect(await getReceipt(bench.regulator, { entry_id: first.entry_id })).toEqual(first);
    for (const query of [{ request_id: requestId }, { entry_id: first.entry_id }])
      expect(await outcomeOf(getReceipt(bench.auditor, query))).toBe("audit.not-found");
    expect(await outcomeOf(getReceipt(bench.regulator, {}))).toBe("request.invalid");
  });
});

describe("evidence of a party", () => {
  it("a party makes evidence of its own record without a grant, and sees only its own", async () => {
    const client = await bench.person({ role: "client" });
    const transaction_id = await newTransaction(client);
    const bytes = await make(client, { purpose: "settlement", records: [{ transaction_id }] });
    const report = verifyEvidence(bytes, policy());
    expect(report).toMatchObject({ verdict: "unchanged", fault: undefined });
    expect(report.statement.authority.participant).toBe(client.principal.participantId);
    expect(report.statement.entries.every(({ parts }) => parts.length === 0)).toBe(true);
    const { items } = await listEvidence(client, EvidenceQuery.parse({}));
    expect(items).toHaveLength(1);
  });

  it("records with more values than one file holds are refused before anything is opened", async () => {
    const client = await bench.person({ role: "client" });
    const participants = [client.principal.participantId];
    const parties = { note: "x".repeat(900_000) };
    const records = [];
    for (let count = 0; count < 5; count += 1) {
      const draft = { job_id: `job-${count}`, participants, parties, confidential: true };
      records.push(await submitTransaction(client, NewTransaction.parse(draft)));
    }
    const body = {
      purpose: "settlement",
      records: records.map(({ transaction_id }) => ({ transaction_id })),
    };
    const asked = outcomeOf(makeEvidence(client, NewEvidence.parse(body)));
    expect(await asked).toBe("request.invalid");
    expect((await listEvidence(client, EvidenceQuery.parse({}))).items).toEqual([]);
  });

  it("compliance sees that evidence was made, without the case number", async () => {
    const [, compliance] = bench.more;
    if (compliance === undefined) throw new Error("no compliance");
    const { items } = await listEvidence(compliance, EvidenceQuery.parse({}));
    expect(items.length).toBeGreaterThan(4);
    expect(items.every((item) => !item.own && item.case_number === undefined)).toBe(true);
  });
});
