import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EntryRows } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inRawTransaction, type RawTx } from "@/lib/db/transaction";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { composeEntry } from "../entry/compose-entry";
import { recordEvent } from "./record-event";
import { insertEntries } from "./store";

let bench: AuditBench;
beforeAll(async () => {
  bench = await createAuditBench();
});
afterAll(() => bench.close());

const WATCHED = [
  "transaction",
  "transaction_participant",
  "transaction_group",
  "transaction_version",
  "wrap",
] as const;
type Watched = (typeof WATCHED)[number];
type Row = Readonly<Record<string, unknown>>;
/** What one statement inserts, by table. */
type Sent = Readonly<
  Partial<Record<Watched | "audit_entry" | "audit_part" | "audit_queue" | "audit_index", readonly Row[]>>
>;

const NO_ENTRY = "without its audit entry";

const asApp = (fn: (tx: RawTx) => Promise<unknown>) => inRawTransaction(bench.cx, fn);
const newId = () => uuidv7(Date.now());

/** Inserts all rows by one statement with a data-modifying CTE for each table, as a submission does. */
async function insertAll(tx: Pick<RawTx, "query">, sent: Sent): Promise<void> {
  const parts = Object.entries(sent).filter(([, rows]) => rows.length > 0);
  const inserts = parts.map(([table, rows], at) => {
    const columns = Object.keys(rows[0] ?? {}).join(", ");
    const from = `jsonb_populate_recordset(null::${table}, $${at + 1}::jsonb)`;
    return `put_${at} AS (INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${from})`;
  });
  const values = parts.map(([, rows]) => JSON.stringify(rows));
  await tx.query(`WITH ${inserts.join(", ")} SELECT 1`, values);
}

const hex = (base64: string) => `\\x${Buffer.from(base64, "base64").toString("hex")}`;

function entryTables(rows: readonly EntryRows[]): Sent {
  return {
    audit_entry: rows.map(({ entry }) => ({ ...entry, bytes: hex(entry.bytes) })),
    audit_part: rows.flatMap(({ parts }) => parts.map((part) => ({ ...part, stored: hex(part.stored) }))),
    audit_queue: rows.flatMap(({ queue }) => queue),
    audit_index: rows.map(({ index }) => index),
  };
}

async function entryOf(id: string, action = "transaction.create"): Promise<EntryRows> {
  const event = { class: "transaction", outcome: "done", action, subjects: [`transaction:${id}`] } as const;
  return (await composeEntry(bench.cx, event)).rows;
}

/** The rows of a new transaction with two groups, each sealed for a party and the escrow. */
function transactionRows(id: string, entryId: string, epoch = 1): Required<Pick<Sent, Watched>> {
  const tenant = { tenant_id: bench.place.tenantId };
  const groups = ["amount", "pricing"];
  return {
    transaction: [
      {
        ...tenant,
        id,
        job_id: "job",
        submitter: "a",
        status: "created",
        confidential: true,
        participants: ["a"],
        digest_list: ["x"],
        meta: "m",
        created_at: "now",
        created_at_us: 1,
        version: 1,
        create_entry_id: entryId,
        retention_class: "standard",
      },
    ],
    transaction_participant: [{ ...tenant, transaction_id: id, participant_id: "a", created_at_us: 1 }],
    transaction_group: groups.map((grp) => ({
      ...tenant,
      transaction_id: id,
      grp,
      gen: 1,
      ep: "ep",
      suite: "cfx1",
      field_count: 1,
      protected: "p",
      iv: "i",
      ciphertext: "c",
      tag: "t",
      bd: "bd",
      entry_id: entryId,
    })),
    transaction_version: [
      {
        ...tenant,
        transaction_id: id,
        version: 1,
        change: "created",
        at: "now",
        by_user_id: newId(),
        entry_id: entryId,
      },
    ],
    wrap: groups.flatMap((grp) =>
      ["participant", "escrow"].map((kind, position) => ({
        ...tenant,
        transaction_id: id,
        grp,
        gen: 1,
        kind,
        kid: kind === "escrow" ? `escrow#${epoch}` : "a#1",
        epoch: kind === "escrow" ? epoch : null,
        position,
        suite: "cfx1",
        epk: "e",
        encrypted_key: "k",
      })),
    ),
  };
}

/** Counts what is stored of a transaction, in all tables. */
async function stored(id: string): Promise<number> {
  const counts = WATCHED.map(
    (table) =>
      `(SELECT count(*) FROM ${table} WHERE ${table === "transaction" ? "id" : "transaction_id"} = $1)`,
  );
  const { rows } = await bench.appPool.query(`SELECT (${counts.join(" + ")})::int AS count`, [id]);
  return rows[0].count;
}
const WHOLE = 1 + 1 + 2 + 1 + 4;

describe("one statement with an entry and its rows", () => {
  it("stores all of them, and the groups owe their registration", async () => {
    const id = newId();
    const entry = await entryOf(id);
    const sent = { ...transactionRows(id, entry.entry.id), ...entryTables([entry]) };
    await asApp((tx) => insertAll(tx, sent));
    expect(await stored(id)).toBe(WHOLE);
    const { rows } = await bench.appPool.query(
      "SELECT grp, gen, bd, signature FROM escrow_registration WHERE transaction_id = $1 AND due_at <= now() ORDER BY grp",
      [id],
    );
    expect(rows).toEqual(["amount", "pricing"].map((grp) => ({ grp, gen: 1, bd: "bd", signature: null })));
  });

  it("stores a batch of transactions, or none when the entry of one is missing", async () => {
    const ids = Array.from({ length: 30 }, newId);
    const entries = await Promise.all(ids.map((id) => entryOf(id)));
    const all = ids.map((id, at) => transactionRows(id, entries[at]?.entry.id ?? ""));
    const rows = Object.fromEntries(WATCHED.map((table) => [table, all.flatMap((one) => one[table])]));
    await expect(asApp((tx) => insertAll(tx, { ...rows, ...entryTables(entries.slice(1)) }))).rejects.toThrow(
      NO_ENTRY,
    );
    for (const id of ids) expect(await stored(id)).toBe(0);
    await asApp((tx) => insertAll(tx, { ...rows, ...entryTables(entries) }));
    for (const id of ids) expect(await stored(id)).toBe(WHOLE);
  });

  it("is refused before the commit without an entry", async () => {
    const id = newId();
    let refusal: unknown;
    await asApp(async (tx) => {
      await insertAll(tx, transactionRows(id, newId())).catch((error: unknown) => {
        refusal = error;
      });
      throw new Error("ends here");
    }).catch(() => undefined);
    expect(refusal).toMatchObject({ code: "SP001" });
  });

  it.each([...WATCHED])("is refused for rows of %s alone without an entry", async (table) => {
    const id = newId();
    const rows = { [table]: transactionRows(id, newId())[table] };
    await expect(asApp((tx) => insertAll(tx, rows))).rejects.toThrow(NO_ENTRY);
    const entry = await entryOf(id);
    await asApp((tx) => insertAll(tx, { ...rows, ...entryTables([entry]) }));
  });

  it.each<[string, (id: string) => Promise<EntryRows>]>([
    ["about another transaction", () => entryOf(newId())],
    ["of an action that covers no insert", (id) => entryOf(id, "transaction.read")],
    ["of an action that covers other changes", (id) => entryOf(id, "transaction.hold")],
  ])("is refused with an entry %s", async (_, make) => {
    const id = newId();
    const entry = await make(id);
    const sent = { ...transactionRows(id, entry.entry.id), ...entryTables([entry]) };
    await expect(asApp((tx) => insertAll(tx, sent))).rejects.toThrow(NO_ENTRY);
    expect(await stored(id)).toBe(0);
  });

  it("is refused with a queue row that names no entry, an older one, or an entry that is not queued", async () => {
    const id = newId();
    const entry = await entryOf(id);
    const tables = entryTables([entry]);
    const rows = transactionRows(id, entry.entry.id);
    const { audit_queue = [] } = tables;
    await expect(asApp((tx) => insertAll(tx, { ...rows, audit_queue }))).rejects.toThrow(NO_ENTRY);
    await expect(asApp((tx) => insertAll(tx, { ...rows, ...tables, audit_queue: [] }))).rejects.toThrow(
      NO_ENTRY,
    );
    const old = await recordEvent(bench.cx, {
      class: "transaction",
      outcome: "done",
      action: "transaction.create",
      subjects: [`transaction:${id}`],
    });
    const reused = audit_queue.map((row) => ({ ...row, entry_id: old.id }));
    await expect(asApp((tx) => insertAll(tx, { ...rows, audit_queue: reused }))).rejects.toThrow(NO_ENTRY);
    await expect(asApp((tx) => insertAll(tx, rows))).rejects.toThrow(NO_ENTRY);
    expect(await stored(id)).toBe(0);
  });
});

describe("several statements of one transaction", () => {
  it("store rows after their entry, and refuse rows before it", async () => {
    const [before, after] = [newId(), newId()];
    const entry = await entryOf(before);
    await asApp(async (tx) => {
      await insertEntries(tx, [entry]);
      await insertAll(tx, transactionRows(before, entry.entry.id));
    });
    expect(await stored(before)).toBe(WHOLE);
    const late = await entryOf(after);
    const attempt = asApp(async (tx) => {
      await insertAll(tx, transactionRows(after, late.entry.id));
      await insertEntries(tx, [late]);
    });
    await expect(attempt).rejects.toThrow(NO_ENTRY);
    expect(await stored(after)).toBe(0);
  });

  it("refuse rows whose entry went with a savepoint", async () => {
    const id = newId();
    const entry = await entryOf(id);
    const attempt = asApp(async (tx) => {
      await tx.query("SAVEPOINT before");
      await insertEntries(tx, [entry]);
      await tx.query("ROLLBACK TO SAVEPOINT before");
      await insertAll(tx, transactionRows(id, entry.entry.id));
    });
    await expect(attempt).rejects.toThrow(NO_ENTRY);
    expect(await stored(id)).toBe(0);
  });

  it("accept rows and entry inside a released savepoint", async () => {
    const id = newId();
    const entry = await entryOf(id);
    await asApp(async (tx) => {
      await tx.query("SAVEPOINT inner_part");
      await insertEntries(tx, [entry]);
      await tx.query("RELEASE SAVEPOINT inner_part");
      await insertAll(tx, transactionRows(id, entry.entry.id));
    });
    expect(await stored(id)).toBe(WHOLE);
  });
});

describe("entries of the escrow for an epoch", () => {
  const seal = async (tx: Pick<RawTx, "query">, id: string, epoch: number) => {
    const entry = await entryOf(id);
    await insertAll(tx, { ...transactionRows(id, entry.entry.id, epoch), ...entryTables([entry]) });
  };
  const connect = async (url: string) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    return client;
  };
  const addEpoch = (admin: Client, epoch: number) =>
    pastTriggers(admin, ["escrow_epoch"], () =>
      admin.query(
        `INSERT INTO escrow_epoch (epoch, tenant_id, public_key, custodian_signature, state)
         VALUES ($1, $2, gen_random_uuid()::text, 's', 'deactivated')`,
        [epoch, bench.place.tenantId],
      ),
    );
  const DESTROY = "UPDATE escrow_epoch SET state = 'destroyed' WHERE tenant_id = $1 AND epoch = $2";

  it("are refused when its key is destroyed, and destroying waits for what is being sealed", async () => {
    const admin = await connect(bench.database.adminUrl);
    const other = await connect(bench.database.adminUrl);
    const [first, second] = [newId(), newId()];
    await addEpoch(admin, 41);
    let destroyed: Promise<unknown> = Promise.resolve();
    await asApp(async (tx) => {
      await seal(tx, first, 41);
      destroyed = other.query(DESTROY, [bench.place.tenantId, 41]).then(
        () => "destroyed",
        (error: unknown) => error,
      );
      const waiting = async () =>
        (
          await admin.query(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE escrow_epoch%' AND datname = current_database()",
          )
        ).rowCount;
      await expect.poll(waiting).toBe(1);
    });
    expect(await destroyed).toMatchObject({ code: "SP003" });
    await addEpoch(admin, 42);
    await pastTriggers(admin, ["escrow_epoch"], () => admin.query(DESTROY, [bench.place.tenantId, 42]));
    await expect(asApp((tx) => seal(tx, second, 42))).rejects.toThrow("SP003");
    expect(await stored(second)).toBe(0);
    await Promise.all([admin.end(), other.end()]);
  });

  it("that are being sealed wait for a destruction, and are refused after it", async () => {
    const admin = await connect(bench.database.adminUrl);
    const watcher = await connect(bench.database.adminUrl);
    const id = newId();
    await addEpoch(admin, 43);
    await pastTriggers(admin, ["escrow_epoch"], async () => {
      await admin.query("BEGIN");
      await admin.query(DESTROY, [bench.place.tenantId, 43]);
      const sealed = asApp((tx) => seal(tx, id, 43)).then(
        () => "sealed",
        (error: unknown) => error,
      );
      const waiting = async () =>
        (
          await watcher.query(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'WITH put_0%' AND datname = current_database()",
          )
        ).rowCount;
      await expect.poll(waiting).toBe(1);
      await admin.query("COMMIT");
      expect(String(await sealed)).toContain("SP003");
    });
    expect(await stored(id)).toBe(0);
    await Promise.all([admin.end(), watcher.end()]);
  });
});

it("the triggers read no table row after row, and no more of the queue when others have thousands queued", async () => {
  const QUEUED = 3_000;
  const others = await entryOf(newId());
  const queue = Array.from({ length: QUEUED }, (_, at) => ({
    entry_id: others.entry.id,
    tenant_id: bench.place.tenantId,
    subject: `transaction:other-${at}`,
    action: "transaction.create",
  }));
  await asApp((tx) => insertAll(tx, { ...entryTables([others]), audit_queue: queue }));
  const id = newId();
  const entry = await entryOf(id);
  // A connection of its own, because PostgreSQL's counts begin with the connection.
  const client = new Client({ connectionString: bench.database.appUrl });
  await client.connect();
  await client.query("BEGIN");
  await insertAll(client, { ...transactionRows(id, entry.entry.id), ...entryTables([entry]) });
  await client.query("SET CONSTRAINTS ALL IMMEDIATE");
  const { rows } = await client.query(
    `SELECT relname AS table, seq_tup_read::int AS in_order, idx_tup_fetch::int AS by_index
     FROM pg_stat_xact_user_tables WHERE seq_tup_read > 0 OR idx_tup_fetch > 0`,
  );
  await client.end();
  expect(rows.map((row) => row.table)).toContain("audit_queue");
  expect(rows.filter((row) => row.in_order > 0 || row.by_index > 10)).toEqual([]);
});
