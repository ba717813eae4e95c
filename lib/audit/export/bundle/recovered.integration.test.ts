import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { insertRecovery, NO_CASE, openDoor, writePlain } from "@/lib/audit/recovery/store";
import { inSequencerTransaction } from "@/lib/audit/sequencer/store";
import type { Context } from "@/lib/context/context";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openOwnerPool } from "@/lib/db/migrate";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

describe("lost entries", () => {
  const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.keys", subjects: [] };
  const RETURNED = { action: "log.recovered" };

  let bench: OwnedLog;
  let admin: Client;
  /** A reader of every case, who sees recovered entries without a known case. */
  let decider: Context;
  let lost: number[];
  let dropped: string;

  /** Reduces these entries to what a recovery restores: bytes, and a row with only time and class. */
  async function returnWithoutParts(ids: readonly string[]): Promise<void> {
    await pastTriggers(admin, ["audit_part", "audit_index"], async () => {
      await admin.query("DELETE FROM audit_part WHERE entry_id = ANY ($1::uuid[])", [ids]);
      await admin.query(
        `UPDATE audit_index SET action = 'log.recovered', actor = NULL, participant_id = NULL, case_id = $2
       WHERE entry_id = ANY ($1::uuid[])`,
        [ids, NO_CASE],
      );
    });
  }

  /** A recovery's own entry, as recover-log.ts writes it. */
  async function recordRecovery(from: number, to: number, ids: readonly string[]): Promise<void> {
    const owner = openOwnerPool(bench.database.adminUrl, bench.database.tenantId);
    try {
      await inSequencerTransaction(owner, async (client) => {
        await openDoor(client, "recovery");
        const pub = canonicalJson({ recovery: { from, to, lost: ids.map((id) => `entry:${id}`) } });
        const entryId = await writePlain(client, { class: "log", action: "log.recovery", pub });
        const statements = { id: uuidv7(1) };
        await insertRecovery(client, bench.place, { entryId, from, to, assurance: "evaluation", statements });
      });
    } finally {
      await owner.end();
    }
  }

  beforeAll(async () => {
    bench = await createOwnedLog();
    ({ admin } = bench);
    decider = await bench.person({ role: "coordinator", duties: ["approve"] });
    const ids: string[] = [];
    for (let at = 0; at < 3; at += 1) ids.push((await recordEvent(decider, EVENT)).id);
    dropped = (await recordEvent(decider, EVENT)).id;
    await bench.anchor();
    const { rows } = await admin.query(
      "SELECT seq::int FROM audit_leaf WHERE entry_id = ANY ($1::uuid[]) ORDER BY seq",
      [ids],
    );
    lost = rows.map((row: { seq: number }) => row.seq);
    await returnWithoutParts(ids);
    await recordRecovery(lost[0] ?? 0, (lost[2] ?? 0) + 1, ids);
    await bench.anchor();
  });
  afterAll(() => bench.close());

  it("entries that a recovery names are lost and their parts do not count as missing, whatever the filter leaves out", async () => {
    const word = { verdict: "wrong", classes: ["lost"] };
    expect(await bench.verdict({}, decider)).toEqual(word);
    expect(await bench.verdict(RETURNED, decider)).toEqual(word);
    expect(await bench.verdict({ outcome: "done" }, decider)).toEqual(word);
  });

  it("a filtered bundle includes the recovery even if it has no lost entry", async () => {
    const { verdict, entries, findings } = await bench.reported({ action: "audit.keys" }, decider);
    expect([verdict, entries, findings.map((one) => one.class)]).toEqual(["wrong", 2, ["lost"]]);
  });

  it("a recovery does not explain missing parts of an entry that it does not name", async () => {
    const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [dropped]);
    await pastTriggers(admin, ["audit_part"], () =>
      admin.query("DELETE FROM audit_part WHERE entry_id = $1", [dropped]),
    );
    for (const query of [{}, { outcome: "done" }]) {
      const { findings } = await bench.reported(query, decider);
      expect(new Set(findings.map(({ class: of, seq }) => `${of} ${seq}`))).toEqual(
        new Set(["lost undefined", `part ${rows[0].seq}`]),
      );
    }
  });
});

describe("a recovery that names itself", () => {
  const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.keys", subjects: [] };
  const AT = "2026-11-24T14:45:00.000000Z";
  const TABLES = ["audit_entry", "audit_queue", "audit_index", "audit_part", "audit_recovery"];

  let bench: OwnedLog;
  let admin: Client;
  const victims: string[] = [];
  const others: string[] = [];

  /** Writes, as the database owner could, a recovery that names others as lost and optionally itself. */
  async function forgeRecovery(
    lost: readonly string[],
    row: "returned" | "none",
    range = { from: 0, to: 0 },
  ): Promise<string> {
    const { log, tenantId } = bench.place;
    const id = uuidv7(Date.now());
    const names = row === "returned" ? [...lost, id] : lost;
    const bytes = canonicalJson({
      v: 1,
      log,
      id,
      at: AT,
      tenant: "t_x",
      class: "log",
      outcome: "done",
      sealed: [],
      pub: { recovery: { ...range, lost: names.map((one) => `entry:${one}`) } },
    });
    await pastTriggers(admin, TABLES, async () => {
      await admin.query(
        "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes, xid) VALUES ($1, $2, $3, $4, 'log', 'done', $5, pg_current_xact_id())",
        [id, log, tenantId, AT, Buffer.from(bytes)],
      );
      await admin.query(
        "INSERT INTO audit_queue (entry_id, tenant_id, subject, action, xid) VALUES ($1, $2, $3, 'log.recovery', pg_current_xact_id())",
        [id, tenantId, `entry:${id}`],
      );
      if (row === "returned")
        await admin.query(
          "INSERT INTO audit_index (entry_id, tenant_id, at, action, outcome, case_id) VALUES ($1, $2, $3, 'log.recovered', 'done', $4)",
          [id, tenantId, AT, NO_CASE],
        );
      await admin.query(
        `INSERT INTO audit_recovery (entry_id, tenant_id, log, from_seq, to_seq, assurance, statements)
       VALUES ($1, $2, $3, 0, 0, 'evaluation', '[]')`,
        [id, tenantId, log],
      );
    });
    await bench.anchor();
    return id;
  }

  async function seqOf(id: string): Promise<number> {
    const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
    return rows[0].seq;
  }

  /** The numbers that a recovery of this entry alone would have appended again. */
  async function rangeOf(id: string): Promise<{ from: number; to: number }> {
    const from = await seqOf(id);
    return { from, to: from + 1 };
  }

  /** Reduces an entry to what a recovery restores, but without a recovery. */
  async function takeOut(id: string): Promise<void> {
    await pastTriggers(admin, TABLES, async () => {
      await admin.query("DELETE FROM audit_part WHERE entry_id = $1", [id]);
      await admin.query(
        `UPDATE audit_index SET action = 'log.recovered', actor = NULL, participant_id = NULL, case_id = $2
       WHERE entry_id = $1`,
        [id, NO_CASE],
      );
    });
  }

  /** Gives a recovery the index row that it has if it is not hidden. */
  async function show(id: string): Promise<void> {
    await pastTriggers(admin, TABLES, () =>
      admin.query(
        "UPDATE audit_index SET action = 'log.recovery', actor = 'system:database', case_id = NULL WHERE entry_id = $1",
        [id],
      ),
    );
  }

  beforeAll(async () => {
    bench = await createOwnedLog();
    ({ admin } = bench);
    const person = await bench.person({ role: "client" });
    for (const ids of [victims, others])
      for (let at = 0; at < 2; at += 1) ids.push((await recordEvent(person, EVENT)).id);
    await bench.anchor();
  });
  afterAll(() => bench.close());

  const nothing = () => ({ from: 0, to: 0 });

  it.each([
    [0, "the numbers it took", rangeOf],
    [1, "no number", nothing],
  ] as const)(
    "a recovery that hides itself cannot remove its entry from a whole export (%i: %s)",
    async (at, _, range) => {
      const victim = victims[at] ?? "";
      const recovery = await forgeRecovery([victim], "returned", await range(victim));
      await takeOut(victim);
      // The recovery counts by its own bytes. The entry is present, and no recovery explains its missing parts.
      const classes = range === rangeOf ? ["lost"] : ["part", "lost"];
      for (const isShown of [false, true]) {
        if (isShown) await show(recovery);
        const seen = await bench.verdict();
        expect([seen.verdict, [...seen.classes].sort()]).toEqual(["wrong", [...classes].sort()]);
      }
    },
  );

  it.each([
    [0, "the numbers it took", rangeOf],
    [1, "no number", nothing],
  ] as const)(
    "a filtered bundle reports a person's part that the owner dropped, although a recovery without an index row calls it lost (%i: %s)",
    async (at, _, range) => {
      const other = others[at] ?? "";
      await forgeRecovery([other], "none", await range(other));
      await pastTriggers(admin, TABLES, () =>
        admin.query("DELETE FROM audit_part WHERE entry_id = $1 AND c <> 'org'", [other]),
      );
      const { verdict, findings } = await bench.reported({ action: "audit.keys" });
      expect([verdict, findings.map((one) => `${one.class} ${one.seq}`)]).toEqual([
        "wrong",
        expect.arrayContaining([`part ${await seqOf(other)}`]),
      ]);
    },
  );
});
