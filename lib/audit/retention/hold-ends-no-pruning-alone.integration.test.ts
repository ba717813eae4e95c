import { Client, type Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openOwnerPool } from "@/lib/db/migrate";
import { openPool } from "@/lib/db/pool";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { listEvents } from "../reading/list-events";
import { recordEvent } from "../record/record-event";
import { EventQuery } from "../schema";
import { pruneLog } from "./store";

let bench: LogBench;
let owner: Pool;
let retention: Pool;

beforeAll(async () => {
  bench = await createLogBench({ floorDays: 0 });
  owner = openOwnerPool(bench.database.adminUrl);
  retention = openPool({ url: bench.database.retentionUrl, maxConnections: 2 });
});
afterAll(async () => {
  await Promise.all([retention?.end(), owner?.end()]);
  await bench?.close();
});

/** Returns refusals to prune, as any auditor reads them. */
async function refusals(auditor: Awaited<ReturnType<LogBench["person"]>>): Promise<number> {
  await bench.anchor();
  const query = EventQuery.parse({ action: "log.prune", outcome: "denied", limit: "200" });
  return (await listEvents(auditor, query)).items.length;
}

/**
 * Writes entries about one transaction and makes everything before them as old and about it too. Returns the next
 * number.
 */
async function oldEntries(transaction: string): Promise<number> {
  const clock = fixedClock(new Date(Date.now() - 8 * 365 * 86_400_000));
  for (let at = 0; at < 3; at += 1)
    await recordEvent(
      { ...bench.cx, clock },
      {
        class: "log",
        outcome: "done",
        action: "audit.read",
        subjects: [],
        index: { transactionId: transaction },
      },
    );
  await bench.anchor();
  const { rows } = await owner.query(
    "SELECT max(l.seq)::int + 1 AS past FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE e.at < '2020'",
  );
  const past: number = rows[0].past;
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  const below = "(SELECT entry_id FROM audit_leaf WHERE seq < $1)";
  await pastTriggers(admin, ["audit_entry", "audit_index"], async () => {
    await admin.query(`UPDATE audit_entry SET at = '2015' || substr(at, 5) WHERE id IN ${below}`, [past]);
    await admin.query(`UPDATE audit_index SET transaction_id = $2 WHERE entry_id IN ${below}`, [
      past,
      transaction,
    ]);
  });
  await admin.end();
  return past;
}

/** Runs a statement about a hold, with the entry that the database requires. */
async function aboutHold(action: string, id: string, text: string, values: unknown[]): Promise<void> {
  const client = await owner.connect();
  await client.query("BEGIN");
  await client.query(text, values);
  await client.query("SELECT audit_write('done', 'access', $1, NULL, ARRAY[$2::text])", [
    action,
    `preservation:${id}`,
  ]);
  await client.query("COMMIT");
  client.release();
}

it("a pruning step that another agency's hold stops is recorded once, and not at each try", async () => {
  const transaction = uuidv7(1);
  const auditor = await bench.person({ role: "auditor", hasKey: false });
  const past = await oldEntries(transaction);
  await aboutHold(
    "preservation.create",
    transaction,
    `INSERT INTO preservation (id, tenant_id, requested_by, transactions, reason, state, until)
     VALUES ($1, $2, $1, $3, 'court', 'active', now() + interval '90 days')`,
    [transaction, bench.place.tenantId, [transaction]],
  );
  const before = await refusals(auditor);
  const held = { outcome: "denied", reason: "hold", removed: 0 };
  expect(await pruneLog(retention, past)).toMatchObject({ ...held, entry: expect.any(String) });
  for (const minimum of [past, past - 1, past])
    expect(await pruneLog(retention, minimum)).toMatchObject({ ...held, entry: null });
  expect(await refusals(auditor)).toBe(before + 1);

  await aboutHold(
    "preservation.release",
    transaction,
    "UPDATE preservation SET state = 'released', released_at = now() WHERE id = $1",
    [transaction],
  );
  expect(await pruneLog(retention, past)).toMatchObject({ outcome: "done", reason: null });
  expect(await refusals(auditor)).toBe(before + 1);
});
