import { Client } from "pg";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import { prepareLog } from "@/lib/audit/sequencer/sequencer";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { startTestServer } from "@/lib/testing/servers/test-server";
import { compareLoad, type Figure } from "./measure";
import { startSequencer } from "./start-sequencer";

const WRITERS = [1, 8, 64];
const DETAILS = { resource: "transaction", groups: ["amount", "pricing"], note: "x".repeat(120) };
const CEILING = "business INSERT + plain audit INSERT";

const CREATED: Omit<AuditEvent, "subjects"> = {
  class: "transaction",
  outcome: "done",
  action: "transaction.create",
  details: DETAILS,
};

const DENIED: AuditEvent = {
  class: "access",
  outcome: "denied",
  action: "transaction.access",
  subjects: [],
  purpose: "settlement",
  details: DETAILS,
  access: { dataAccessed: [], success: false, error: "access.purpose" },
};

/** Makes the baseline's tables: the business table without its triggers, and a plain audit table. */
async function createPlainTables(adminUrl: string): Promise<void> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`
    CREATE TABLE bench_transaction (LIKE transaction INCLUDING ALL);
    CREATE TABLE bench_audit (id uuid PRIMARY KEY, at text, actor text, action text, outcome text, details jsonb);
    GRANT SELECT, INSERT ON bench_transaction, bench_audit TO sealport_app`);
  await admin.end();
}

const INSERT_TRANSACTION = (table: string) => `
  INSERT INTO ${table} (id, tenant_id, job_id, submitter, status, confidential, participants, digest_list, meta,
    created_at, created_at_us, create_entry_id)
  VALUES ($1::uuid, $2::uuid, 'job-1', 'client-1', 'created', true, '{client-1,miner-1}', '{}', 'meta', $3, $4::bigint, $1::uuid)`;

const INSERT_PLAIN_AUDIT = `INSERT INTO bench_audit (id, at, actor, action, outcome, details)
  VALUES ($1::uuid, $2, $3, $4, $5, $6::jsonb)`;

function businessRow(bench: AuditBench) {
  const now = Date.now();
  const at = new Date(now).toISOString();
  return { id: uuidv7(now), values: [bench.place.tenantId, at, now * 1000] as const, at };
}

const plainAudit = (event: Pick<AuditEvent, "action" | "outcome">, at: string) =>
  [uuidv7(Date.now()), at, "u_1", event.action, event.outcome, JSON.stringify(DETAILS)] as const;

/** Makes one change with its entry, in the table whose trigger demands the entry or in one without it. */
const change = (bench: AuditBench, table: "transaction" | "bench_transaction") => () =>
  inTransaction(bench.cx, async (tx) => {
    const { id, values } = businessRow(bench);
    await tx.$executeRawUnsafe(INSERT_TRANSACTION(table), id, ...values);
    await appendEntry(tx, bench.cx, { ...CREATED, subjects: [`transaction:${id}`] });
  });

const ceiling = (bench: AuditBench) => () =>
  inTransaction(bench.cx, async (tx) => {
    const { id, values, at } = businessRow(bench);
    await tx.$executeRawUnsafe(INSERT_TRANSACTION("bench_transaction"), id, ...values);
    await tx.$executeRawUnsafe(INSERT_PLAIN_AUDIT, ...plainAudit(CREATED, at));
  });

const plainInsert = (bench: AuditBench) => () =>
  bench.cx.db.pool.query({
    name: "plain",
    text: INSERT_PLAIN_AUDIT,
    values: [...plainAudit(DENIED, new Date().toISOString())],
  });

async function figuresOf(bench: AuditBench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const writers of WRITERS) {
    const about = { suite: "append", baseline: CEILING, writers, total: writers === 1 ? 100 : 400 };
    const goals =
      writers === 1 ? { goal: "≥ 0.85" } : writers === 64 ? { goal: "≥ 0.70", p99Goal: "≤ 2" } : {};
    const watched = writers === 64 ? { goal: "≥ 0.55" } : {};
    const base = ceiling(bench);
    figures.push(
      ...(await compareLoad({ ...about, name: "entry", ...goals }, change(bench, "bench_transaction"), base)),
    );
    figures.push(
      ...(await compareLoad(
        { ...about, name: "entry and completeness", ...watched },
        change(bench, "transaction"),
        base,
      )),
    );
  }
  const denials = {
    suite: "append",
    name: "denials",
    baseline: "single plain INSERTs",
    writers: 64,
    total: 3000,
  };
  figures.push(
    ...(await compareLoad(
      { ...denials, goal: "≥ 1.3" },
      () => recordEvent(bench.cx, DENIED),
      plainInsert(bench),
    )),
  );
  return figures;
}

/** Measures appending on a durable server while a sequencer runs, against plain INSERTs through the same driver. */
export async function benchAppend(): Promise<Figure[]> {
  const { server, stop } = await startTestServer({ isDurable: true });
  const bench = await createAuditBench({ server, writers: 64 });
  await createPlainTables(bench.database.adminUrl);
  await prepareLog(bench.sequencerPool, bench.place);
  const stopSequencer = startSequencer(bench);
  try {
    return await figuresOf(bench);
  } finally {
    await stopSequencer();
    await bench.close();
    await stop();
  }
}
