import { Client } from "pg";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { defaultSet } from "@/lib/access/policy/default-document";
import { decideOpening } from "@/lib/access/rules/decide";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { randomBytes, sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type AccessBench, createAccessBench } from "@/lib/testing/benches/access-bench";
import { randomFacts } from "@/lib/testing/contracts/opening-facts";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { startTestServer } from "@/lib/testing/servers/test-server";
import { readOpeningFacts } from "@/lib/transactions/open/opening-facts";
import { grantFor, planOpening } from "@/lib/transactions/open/plan-opening";
import { listTransactions } from "@/lib/transactions/read/list-transactions";
import { AuditBody, TransactionQuery } from "@/lib/transactions/schema";
import { against, compare, type Figure, median, millis } from "./measure";

const SUITE = "access";
/** How many openings, each with its own facts, are decided in turn. */
const FACTS_KEPT = 2_000;
const TRANSACTIONS = Number(process.env.BENCH_TRANSACTIONS ?? 100_000);
/** The copies are spread over sixty days. */
const SPAN_US = 60 * 86_400_000_000;
const REVOCATIONS = 20;
const UPLOADS = 7;
const UPLOAD_BYTES = 20_000_000;

/** Makes a request for the first transaction, approved by two people. Returns its grant. */
async function approved(bench: AccessBench): Promise<string> {
  const id = await bench.file({ asked: { transactions: [bench.transactions[0]] } });
  await decideRequest(bench.legal, id, bench.approval("legal"));
  const { grant_id } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
  if (grant_id === undefined || grant_id === null) throw new Error("a request was approved and has no grant");
  return grant_id;
}

/** Runs the first two steps of an opening: reads all facts in one snapshot, then decides. */
async function decideLive({ regulator, transactions: [txId] }: AccessBench, grantId: string): Promise<void> {
  const body = AuditBody.parse({ purpose: "audit", grant_id: grantId });
  const facts = await readOpeningFacts(regulator, txId, body);
  await planOpening(regulator, facts, grantFor(regulator, facts, body), body);
}

async function decisionFigures(scene: AccessBench, grantId: string): Promise<Figure[]> {
  const facts = Array.from({ length: FACTS_KEPT }, (_none, at) => randomFacts(at + 1));
  const block = randomBytes(64);
  let at = 0;
  const pure = await compare(
    { suite: SUITE, name: "one decision, floor and rules", baseline: "SHA-256 of 64 bytes", count: 5_000 },
    () => {
      at = (at + 1) % FACTS_KEPT;
      const one = facts[at];
      if (one !== undefined) decideOpening(one, defaultSet());
    },
    () => sha256(block),
  );
  const live = await compare(
    { suite: SUITE, name: "one decision with what it reads", baseline: "one snapshot with SELECT 1" },
    () => decideLive(scene, grantId),
    () => inSnapshot(scene.regulator, (tx) => tx.$queryRaw`SELECT 1`),
  );
  const times: number[] = [];
  for (let n = 0; n < 500; n += 1) times.push(await millis(() => decideLive(scene, grantId)));
  console.log(
    `access   ${Math.round(1e6 / pure.operationMicros)} decisions/s by the rules alone, ${Math.round(1e6 / live.operationMicros)}/s of CPU with what each reads`,
  );
  return [
    pure,
    live,
    against(SUITE, "one decision with what it reads: p50", { value: median(times), limit: 2, unit: "ms" }),
  ];
}

/** Copies one sealed transaction past the triggers. Jobs, states, parties and times vary; lists read no envelopes. */
async function seedTransactions(bench: AccessBench): Promise<void> {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  try {
    await pastTriggers(admin, ["transaction", "transaction_participant"], async () => {
      await admin.query(
        `CREATE TEMP TABLE copy AS SELECT n, gen_random_uuid() AS id, (1750000000000000 + n * ${Math.floor(SPAN_US / TRANSACTIONS)}::bigint) AS us
           FROM generate_series(1, ${TRANSACTIONS}) AS n`,
      );
      await admin.query(
        `INSERT INTO transaction (id, tenant_id, job_id, submitter, status, confidential, participants, digest_list, meta,
             created_at, created_at_us, create_entry_id)
           SELECT c.id, t.tenant_id, 'job-' || c.n % 5000, 'party-' || c.n % 300,
             CASE WHEN c.n % 20 = 0 THEN 'disputed' ELSE 'created' END, true, ARRAY['party-' || c.n % 300], t.digest_list,
             t.meta, to_char(to_timestamp(c.us / 1e6) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000000Z"'), c.us, t.create_entry_id
           FROM copy c, transaction t WHERE t.id = $1::uuid`,
        [bench.transactions[0]],
      );
      await admin.query(
        `INSERT INTO transaction_participant (transaction_id, participant_id, tenant_id, created_at_us)
           SELECT id, 'party-' || n % 300, $1::uuid, us FROM copy`,
        [bench.place.tenantId],
      );
    });
    await admin.query("VACUUM ANALYZE transaction, transaction_participant");
  } finally {
    await admin.end();
  }
}

async function listFigures(bench: AccessBench): Promise<Figure[]> {
  await seedTransactions(bench);
  const { regulator } = bench;
  const filters: Readonly<Record<string, object>> = {
    "no filter": {},
    "one party": { participant: "party-7" },
    "one job": { job_id: "job-77" },
    "a rare state and a month": {
      status: "disputed",
      from: "2025-06-20T00:00:00Z",
      to: "2025-07-01T00:00:00Z",
    },
    "a party and a state": { participant: "party-20", status: "disputed" },
  };
  const figures: Figure[] = [];
  for (const [name, filter] of Object.entries(filters)) {
    const query = TransactionQuery.parse(filter);
    const { items } = await listTransactions(regulator, query);
    if (items.length === 0) throw new Error(`${name}: nothing was found`);
    const times: number[] = [];
    const plain: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      times.push(await millis(() => listTransactions(regulator, query)));
      plain.push(
        await millis(() =>
          inSnapshot(regulator, (tx) => tx.$queryRaw`SELECT id FROM transaction ORDER BY id LIMIT 50`),
        ),
      );
    }
    const [operationMicros, baselineMicros] = [median(times) * 1_000, median(plain) * 1_000];
    figures.push({
      suite: SUITE,
      name: `list of ${TRANSACTIONS}, ${name} (${(operationMicros / 1_000).toFixed(1)} ms)`,
      baseline: "50 ids by primary key",
      ratio: operationMicros / baselineMicros,
      operationMicros,
      baselineMicros,
    });
  }
  return figures;
}

/** Measures by the clock: the revocation with the notice to the custodian. Checks that no decision after its answer allows an opening. */
async function revocationFigures(bench: AccessBench): Promise<Figure[]> {
  const { regulator, approver } = bench;
  const times: number[] = [];
  const entries: number[] = [];
  let late = 0;
  for (let n = 0; n < REVOCATIONS; n += 1) {
    const grantId = await approved(bench);
    times.push(await millis(() => revokeGrant(approver, grantId, "Measured")));
    try {
      await decideLive(bench, grantId);
      late += 1;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
    entries.push(
      await millis(() =>
        inTransaction(regulator, (tx) =>
          appendEntry(tx, regulator, {
            class: "access",
            outcome: "done",
            action: "transaction.read",
            subjects: [],
            details: {},
          }),
        ),
      ),
    );
  }
  const [operationMicros, baselineMicros] = [median(times) * 1_000, median(entries) * 1_000];
  console.log(
    `access   ${REVOCATIONS} revocations: median ${(operationMicros / 1_000).toFixed(1)} ms; ${late} decisions allowed after the answer`,
  );
  if (late > 0) throw new Error("a grant opened after its revocation");
  return [
    {
      suite: SUITE,
      name: "a revocation, with the notice to the custodian",
      baseline: "one entry of the log",
      ratio: operationMicros / baselineMicros,
      operationMicros,
      baselineMicros,
    },
  ];
}

/** Returns a document that passes the checks: a PDF whose one stream is noise. */
function largeDocument(): Uint8Array {
  const [head, tail] = [
    "%PDF-1.4\n1 0 obj\n<<>>\nstream\n",
    "\nendstream\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n",
  ];
  const noise = randomBytes(UPLOAD_BYTES - head.length - tail.length);
  return Buffer.concat([Buffer.from(head), noise, Buffer.from(tail)]);
}

async function uploadFigures(bench: AccessBench): Promise<Figure[]> {
  const file = { filename: "order.pdf", mediaType: "application/pdf", bytes: largeDocument() };
  const { regulator, order } = bench;
  const times: number[] = [];
  const plain: number[] = [];
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  try {
    await admin.query("CREATE TABLE bench_blob (id uuid PRIMARY KEY, bytes bytea)");
    for (let n = 0; n < UPLOADS; n += 1) {
      const id = await bench.draft();
      times.push(await millis(() => attachAuthorization(regulator, id, order, file)));
      plain.push(
        await millis(() =>
          admin.query("INSERT INTO bench_blob VALUES ($1, $2)", [uuidv7(Date.now()), file.bytes]),
        ),
      );
    }
  } finally {
    await admin.end();
  }
  const [operationMicros, baselineMicros] = [median(times) * 1_000, median(plain) * 1_000];
  console.log(
    `access   uploads of ${UPLOAD_BYTES / 1e6} MB: ${(UPLOAD_BYTES / operationMicros).toFixed(1)} MB/s, one at a time`,
  );
  return [
    {
      suite: SUITE,
      name: `an upload of ${UPLOAD_BYTES / 1e6} MB, checked and sealed`,
      baseline: "INSERT of the same bytes",
      ratio: operationMicros / baselineMicros,
      operationMicros,
      baselineMicros,
    },
  ];
}

/** Measures decisions, the list at 10^5, revocation and upload (issue "Access that is lawful, narrow and revocable"). */
export async function benchAccess(): Promise<Figure[]> {
  const { server, stop } = await startTestServer({ isDurable: true });
  const bench = await createAccessBench({ server });
  try {
    const grantId = await approved(bench);
    return [
      ...(await decisionFigures(bench, grantId)),
      ...(await revocationFigures(bench)),
      ...(await uploadFigures(bench)),
      ...(await listFigures(bench)),
    ];
  } finally {
    await bench.close();
    await stop();
  }
}
