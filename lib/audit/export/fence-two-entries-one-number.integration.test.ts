import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { encodeEntry, entryLeaf } from "../entry/entry";
import type { AuditEvent } from "../entry/event";
import { getEvent } from "../reading/get-event";
import { recordEvent } from "../record/record-event";
import { NO_CASE } from "../recovery/store";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

let bench: OwnedLog;
let everything: Context;
beforeAll(async () => {
  bench = await createOwnedLog();
  everything = await bench.person({ role: "coordinator", duties: ["approve", "compliance"] });
});
afterAll(() => bench.close());

/** Returns the verdict on a whole bundle and how many entries it withholds, or why none is made. */
async function bundle(cx: Context): Promise<string> {
  try {
    const { verdict, size, entries } = await bench.reported({}, cx);
    return `${verdict}, ${size - entries} withheld`;
  } catch (error) {
    return `refused: ${error instanceof Error && "code" in error ? error.code : error}`;
  }
}

/** Replaces a table with a view that answers queries containing these words differently. */
async function lie(table: string, columns: string, from = `true_${table} t`): Promise<void> {
  await bench.admin.query(`ALTER TABLE ${table} RENAME TO true_${table}`);
  await bench.admin.query(`CREATE VIEW ${table} AS SELECT ${columns} FROM ${from}`);
  await bench.admin.query(`GRANT SELECT ON ${table} TO sealport_app, sealport_auditor`);
}

async function columnsBut(table: string, column: string): Promise<string> {
  const { rows } = await bench.admin.query(
    `SELECT string_agg('t.' || attname, ', ') AS columns FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> $2`,
    [table, column],
  );
  return rows[0].columns;
}

async function stopLying(table: string): Promise<void> {
  await bench.admin.query(`DROP VIEW ${table}`);
  await bench.admin.query(`ALTER TABLE true_${table} RENAME TO ${table}`);
}

describe("a database that answers one query with another entry", () => {
  let [own, foreign] = ["", ""];
  beforeAll(async () => {
    own = (await recordEvent(bench.cx, EVENT)).id;
    foreign = (await recordEvent(bench.cx, { ...EVENT, caseId: uuidv7(1), caseDetails: {} })).id;
    await bench.anchor();
    expect(await bundle(bench.auditor)).toBe("verified, 1 withheld");
    expect(await bundle(everything)).toBe("verified, 0 withheld");
  });

  it("a whole bundle does not withhold an entry because of another agency's entry in its place", async () => {
    await bench.anchor();
    await pastTriggers(bench.admin, ["audit_index"], () =>
      bench.admin.query("UPDATE audit_index SET case_id = gen_random_uuid() WHERE entry_id = $1", [own]),
    );
    // This is the row's claim. The entry's own parts disprove it, and the bundle has the entry.
    expect(await bundle(bench.auditor)).toBe("verified, 1 withheld");
    const isAsked = `current_query() LIKE '%to_jsonb(i)%' AND t.entry_id = '${own}'`;
    const other = `(SELECT o.leaf_hash FROM true_audit_leaf o WHERE o.entry_id = '${foreign}')`;
    await lie(
      "audit_leaf",
      `t.log, t.seq, CASE WHEN ${isAsked} THEN '${foreign}' ELSE t.entry_id END AS entry_id,
       CASE WHEN ${isAsked} THEN ${other} ELSE t.leaf_hash END AS leaf_hash, t.integrated_at`,
    );
    expect(await bundle(bench.auditor)).toMatch(/^wrong/);
    await stopLying("audit_leaf");
    expect(await bundle(bench.auditor)).toBe("verified, 1 withheld");
  });

  it("a whole bundle does not withhold an entry because of another entry with the same number", async () => {
    const { id } = await recordEvent(bench.cx, EVENT);
    await bench.anchor();
    const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
    const seq = rows[0].seq;
    await pastTriggers(bench.admin, ["audit_index"], () =>
      bench.admin.query("UPDATE audit_index SET case_id = gen_random_uuid() WHERE entry_id = $1", [id]),
    );
    expect(await bundle(bench.auditor)).toBe("verified, 1 withheld");
    const columns = "log, seq, entry_id, leaf_hash, integrated_at";
    await lie(
      "audit_leaf",
      columns.replaceAll(/(\w+)/g, "t.$1"),
      `(SELECT log, ${seq}::bigint AS seq, entry_id, leaf_hash, integrated_at FROM true_audit_leaf
          WHERE entry_id = '${foreign}' AND current_query() LIKE '%to_jsonb(i)%'
        UNION ALL SELECT ${columns} FROM true_audit_leaf
          WHERE seq <> ${seq} OR current_query() NOT LIKE '%json_build_array%') t`,
    );
    expect(await bundle(bench.auditor)).toMatch(/^wrong/);
    await stopLying("audit_leaf");
    expect(await bundle(bench.auditor)).toBe("verified, 1 withheld");
  });

  it("a recovery outside every tree withholds no entry, although one query returns it", async () => {
    const { log } = bench.place;
    const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [own]);
    const [at, id] = [rows[0].seq, uuidv7(2)];
    const recovery = { from: at, to: at + 1, lost: [`entry:${own}`] };
    const bytes = encodeEntry({
      v: 1,
      log,
      id,
      at: "2026-11-24T14:45:00.000000Z",
      tenant: "t_x",
      class: "log",
      outcome: "done",
      sealed: [],
      pub: { recovery },
    });
    await pastTriggers(bench.admin, ["audit_index", "audit_part"], async () => {
      await bench.admin.query("DELETE FROM audit_part WHERE entry_id = $1", [own]);
      await bench.admin.query(
        "UPDATE audit_index SET action = 'log.recovered', actor = NULL, case_id = $2 WHERE entry_id = $1",
        [own, NO_CASE],
      );
    });
    // Without its parts and without an explanation, it is shown, and its parts count as missing.
    expect(await bundle(bench.auditor)).toBe("wrong, 1 withheld");
    const isAsked = "current_query() LIKE '%audit_recovery r JOIN%'";
    await pastTriggers(bench.admin, ["audit_entry", "audit_recovery"], async () => {
      await bench.admin.query(
        `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
         SELECT $2, log, tenant_id, at, 'log', 'done', $3 FROM audit_entry WHERE id = $1`,
        [own, id, Buffer.from(bytes)],
      );
      await bench.admin.query(
        `INSERT INTO audit_recovery (entry_id, tenant_id, log, from_seq, to_seq, assurance, statements)
         VALUES ($1, $2, $3, $4, $5, 'evaluation', '[]')`,
        [id, bench.place.tenantId, log, at, at + 1],
      );
    });
    await lie(
      "audit_leaf",
      "t.log, t.seq, t.entry_id, t.leaf_hash, t.integrated_at",
      `(SELECT log, seq, entry_id, leaf_hash, integrated_at FROM true_audit_leaf UNION ALL
        SELECT '${log}', ${at + 1}, '${id}', '\\x${Buffer.from(entryLeaf(bytes)).toString("hex")}', now() WHERE ${isAsked}) t`,
    );
    expect(await bundle(bench.auditor)).toBe("refused: export.index");
    await stopLying("audit_leaf");
  });

  it("a compartment row that names another tenant withholds no entry", async () => {
    const before = await bench.reported();
    const { id } = await recordEvent(bench.cx, EVENT);
    await bench.anchor();
    // The row and one of two answers name another tenant for the compartment. If they counted, the entry would be in
    // no export.
    const other = uuidv7(3);
    await pastTriggers(bench.admin, ["audit_index"], () =>
      bench.admin.query("UPDATE audit_index SET tenant_id = $2 WHERE entry_id = $1", [id, other]),
    );
    const isAsked = "current_query() LIKE '%json_build_array%' AND t.kind = 'org'";
    const columns = await columnsBut("audit_compartment", "subject");
    await lie(
      "audit_compartment",
      `${columns}, CASE WHEN ${isAsked} THEN '${other}' ELSE t.subject END AS subject`,
    );
    const after = await bench.reported();
    expect(after.size - after.entries).toBe(before.size - before.entries);
    await stopLying("audit_compartment");
  });

  it("a part under the key of another person is not shown as erased", async () => {
    const [erased, person] = [await bench.person({ role: "client" }), await bench.person({ role: "client" })];
    await recordEvent(erased, EVENT);
    const { id } = await recordEvent(person, EVENT);
    const { rows } = await bench.admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [erased.principal.pseudonym],
    );
    const compartment = rows[0].id;
    const erasure = await erasureOf(bench.cx, compartment);
    await pastTriggers(bench.admin, ["audit_compartment"], () =>
      bench.admin.query(
        "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1",
        [compartment],
      ),
    );
    await recordEvent(bench.auditor, erasure);
    await bench.anchor();
    const findings = async () => (await bench.reported()).findings.map((one) => `${one.class} ${one.seq}`);
    const before = await findings();
    const places = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
    const seq = places.rows[0].seq;
    const name = await columnsBut("audit_compartment", "subject");
    await pastTriggers(bench.admin, ["audit_part"], () =>
      bench.admin.query("UPDATE audit_part SET compartment_id = $2 WHERE entry_id = $1 AND c <> 'org'", [
        id,
        compartment,
      ]),
    );
    for (const statement of [
      "CREATE POLICY watching ON audit_part USING (set_config('owner.asked', entry_id::text, false) <> '')",
      "ALTER TABLE audit_part ENABLE ROW LEVEL SECURITY",
    ])
      await bench.admin.query(statement);
    await lie(
      "audit_compartment",
      `${name}, CASE WHEN t.id = '${compartment}' AND current_setting('owner.asked', true) = '${id}'
         THEN '${person.principal.pseudonym}' ELSE t.subject END AS subject`,
    );
    const after = await findings();
    await stopLying("audit_compartment");
    await bench.admin.query("ALTER TABLE audit_part DISABLE ROW LEVEL SECURITY");
    expect(after).toEqual([`erased ${seq}`, ...before]);
  });

  it("a part of another kind stays closed for a reader whom its row would admit", async () => {
    const regulator = await bench.person({ role: "regulator" });
    const { id } = await recordEvent(bench.auditor, EVENT);
    await bench.anchor();
    const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
    const seq = rows[0].seq;
    // Only auditors read the part that says who acted.
    expect((await getEvent(bench.auditor, seq)).parts).toHaveLength(2);
    const labels = async () => (await getEvent(regulator, seq)).parts.map(({ c }) => c);
    const keyed = async () => {
      const text = Buffer.from(await bench.exported({ format: "ndjson" }, regulator)).toString();
      return JSON.parse(text.split("\n").find((one) => one.includes(id)) ?? "").parts.filter(
        (part: object) => "key" in part,
      ).length;
    };
    const before = [await labels(), await keyed()];
    expect(before).toEqual([["org"], 1]);
    const columns = await columnsBut("audit_compartment", "kind");
    const isAsked = "current_query() ~ 'FROM audit_part p JOIN|json_build_array' AND t.kind = 'subject'";
    await lie("audit_compartment", `${columns}, CASE WHEN ${isAsked} THEN 'org' ELSE t.kind END AS kind`);
    const after = [await labels(), await keyed()];
    await stopLying("audit_compartment");
    expect(after).toEqual(before);
  });
});
