// From nothing to a verified disclosure, as in docs/guides/ten-minutes.md: node ten-minutes.mjs DATA_DIR/demo.json
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { createSealport, describeReport, operations, verifyBundle, verifyReceipt } from "@sealport/sdk";

const began = Date.now();
const demo = JSON.parse(readFileSync(process.argv[2] ?? ".data/demo.json", "utf8"));

/** A client for one of the demonstration people. */
function as(participant, duty) {
  const account = demo.accounts.find(
    ({ participant_id, duties }) =>
      participant_id === participant && (duty === undefined || duties.includes(duty)),
  );
  return createSealport({ baseUrl: demo.base_url, apiKey: account.api_key });
}

function tell(what, value = "") {
  process.stdout.write(`${what} ${value}\n`);
}

function need(condition, what) {
  if (!condition) throw new Error(what);
}

const client = as("client-456");
const provider = as("miner-789");
const regulator = as("regulator-001");
const legal = as("coordinator-001", "legal");
const approver = as("coordinator-001", "approve");

// 1. The keys by which everything is checked. A user who does not trust this portal gets them from elsewhere.
const keys = await regulator.call(operations.getAuditKeys, {});
tell("keys of the log", keys.log.join(", "));

// 2. A client sends a transaction; the answer has no sealed value, and a receipt.
const made = await client.call(operations.createTransaction, {
  body: {
    job_id: "ten-minutes",
    amount: "1000.00",
    currency: "EUR",
    pricing: { rate: "0.10", unit: "gpu-hour" },
    settlement_details: { iban: "DE89370400440532013000" },
    participants: ["client-456", "miner-789"],
    confidential: true,
  },
});
const id = made.transaction_id;
const promise = verifyReceipt(made, keys);
need(promise.ok, `the receipt was not verified: ${promise.detail}`);
tell("created", `${id}, in the log by ${promise.integrateBy}`);

// 3. The provider opens it for settlement.
const settled = await provider.call(operations.openTransaction, {
  params: { id },
  body: { purpose: "settlement" },
});
tell("opened by its provider", JSON.stringify(settled.data));

// 4. A regulator asks for two groups, with an order.
const order = {
  issuer: "Landgericht Berlin",
  case_number: "18 O 311/26",
  valid_from: new Date(Date.now() - 86_400_000).toISOString(),
  valid_until: new Date(Date.now() + 20 * 86_400_000).toISOString(),
};
const request = await regulator.call(operations.createRequest, {
  body: {
    purpose: "audit",
    justification: "Examination of the settlement named in the order",
    transactions: [id],
    fields: ["amount", "pricing"],
  },
});
const of = { params: { id: request.id } };
const page = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n";
await regulator.call(operations.attachAuthorization, {
  ...of,
  body: { ...order, jurisdiction: "DE", kind: "court_order" },
  files: { document: new File([page], "order.pdf", { type: "application/pdf" }) },
});
await regulator.call(operations.submitRequest, { ...of, body: {} });
tell("asked for", request.reference);

// 5. Two people decide, each retyping the order's facts.
const approval = { decision: "approve", comment: "The order names it", confirms: order };
await legal.call(operations.decideRequest, { ...of, body: { ...approval, stage: "legal" } });
const decided = await approver.call(operations.decideRequest, {
  ...of,
  body: { ...approval, stage: "coordinator" },
});
tell("decided by two people", `the request is ${decided.state}`);

// 6. The regulator opens the granted fields.
let grant;
for await (const one of regulator.pages(operations.listGrants, { query: {} }))
  if (one.request_id === request.id) grant = one;
const disclosed = await regulator.call(operations.auditTransaction, {
  params: { id },
  body: { purpose: "audit", grant_id: grant.id },
});
need(disclosed.data.settlement_details === undefined, "more was opened than was granted");
tell("disclosed under the grant", JSON.stringify(disclosed.data));

// 7. Once the log has integrated the transaction, as promised, it is exported and verified here.
const due = Date.parse(promise.integrateBy);
for (;;) {
  const { items } = await client.call(operations.getTransactionEnvelopes, { params: { id } });
  if (items.every(({ entry }) => entry.proof !== undefined)) break;
  need(Date.now() < due + 60_000, "the log has not kept its promise");
  await pause(500);
}
const exported = await regulator.open(operations.exportAuditLog, { query: { format: "bundle" } });
const bundle = new Uint8Array(await exported.arrayBuffer());
writeFileSync("bundle.zip", bundle);
const report = await verifyBundle(bundle, keys, { receipts: [made] });
tell("", describeReport(report));
need(report.verdict === "verified" && report.receipts[0]?.is === "kept", "the bundle was not verified");
tell("from nothing to a verified disclosure in", `${((Date.now() - began) / 1000).toFixed(1)} s`);
