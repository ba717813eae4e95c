import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { composeEntry } from "@/lib/audit/entry/compose-entry";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { insertEntries } from "@/lib/audit/record/store";
import type { Context } from "@/lib/context/context";
import type { EntryRows } from "@/lib/context/recorder";
import { vkey } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { fixedPolicies } from "@/lib/testing/benches/bench-policies";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { seedTree } from "@/lib/testing/log/seed-index";
import { startTestServer } from "@/lib/testing/servers/test-server";
import type { Role } from "@/lib/vocabulary";

const BATCH = 250;

/** Length of the log: a million if there is time, less on a shared machine. */
export const ENTRIES = Number(process.env.BENCH_ENTRIES ?? 20_000);

const EVENT: AuditEvent = {
  class: "transaction",
  outcome: "done",
  action: "transaction.create",
  subjects: [],
  purpose: "settlement",
  details: { resource: "transaction", groups: ["amount", "pricing"], note: "x".repeat(120) },
};

/** Returns the context of a call by a person of this role. */
export function contextOf(bench: Pick<AuditBench, "cx" | "place" | "keystore">, role: Role): Context {
  const escrow = createEscrowClient({
    url: "unix:/nowhere.sock",
    vkey: vkey(`${bench.place.log}/custodian`, bench.cx.audit.receiptSigner.publicKey),
    log: bench.place.log,
    clock: bench.cx.clock,
  });
  const principal = {
    userId: uuidv7(Date.now()),
    handle: role,
    name: `Person ${role}`,
    pseudonym: `u_${role}`,
    tenantId: bench.place.tenantId,
    organisationId: uuidv7(Date.now()),
    role,
    duties: [],
    scopes: [],
    proof: { kind: "api-key", keyId: uuidv7(Date.now()), prefix: "bench", signed: false },
  } as const;
  const client = { address: "203.0.113.7", userAgent: "bench" };
  const logger = createLogger("bench", "silent");
  return {
    ...bench.cx,
    principal,
    client,
    keystore: bench.keystore,
    escrow,
    logger,
    policies: fixedPolicies(),
  };
}

/** Inserts real entries with real sealed parts past the triggers, whose cost bench append measures. */
async function seedEntries(bench: AuditBench): Promise<void> {
  const cx = contextOf(bench, "auditor");
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await pastTriggers(
    admin,
    ["audit_entry", "audit_part", "audit_queue", "audit_index", "audit_leaf"],
    async () => {
      let rows: EntryRows[] = [];
      for (let n = 0; n < ENTRIES; n += 1) {
        rows.push((await composeEntry(cx, EVENT)).rows);
        if (rows.length < BATCH && n + 1 < ENTRIES) continue;
        await insertEntries(bench.appPool, rows);
        rows = [];
      }
      await admin.query("DELETE FROM audit_queue");
      await admin.query(`INSERT INTO audit_leaf (log, seq, entry_id, tenant_id, leaf_hash, chain)
      SELECT log, row_number() OVER (ORDER BY at, id) - 1, id, tenant_id, sha256('\\x00'::bytea || bytes), '\\x00'
      FROM audit_entry`);
    },
  );
  await seedTree(bench, ENTRIES);
  // Completes the maintenance that seeding left to the server, because a log in use was not written in the last second.
  await admin.query("VACUUM ANALYZE");
  await admin.query("CHECKPOINT");
  await admin.end();
}

/** Prints on stderr what is being measured: over a million entries some figures take a minute or more. */
export async function announced<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const result = await work();
  console.error(`log      ${what}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** Lends a log of ENTRIES entries on its own server. */
export async function withSeededLog<T>(use: (bench: AuditBench) => Promise<T>): Promise<T> {
  const { server, stop } = await startTestServer();
  const dataDir = await mkdtemp(path.join(tmpdir(), "sealport-bench-"));
  const bench = await createAuditBench({ server });
  try {
    Object.assign(bench.cx.instance, { dataDir });
    await announced(`seeding ${ENTRIES} entries`, () => seedEntries(bench));
    return await use(bench);
  } finally {
    await bench.close();
    await stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
