import { createHash } from "node:crypto";
import { type Client, Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeEntry, entryLeaf } from "@/lib/audit/entry/entry";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { AccessLogQuery } from "@/lib/audit/reading/access-logs";
import { getEvent } from "@/lib/audit/reading/get-event";
import { listAccessLogs } from "@/lib/audit/reading/list-access-logs";
import { recordEvent } from "@/lib/audit/record/record-event";
import { NO_CASE } from "@/lib/audit/recovery/store";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

describe("an index row that hides its entry", () => {
  /** An approver with the compliance duty, who may see the whole log. */
  let everything: Context;
  beforeAll(async () => {
    everything = await bench.person({ role: "coordinator", duties: ["approve", "compliance"] });
    await bench.anchor();
  });

  const GARBAGE = Buffer.alloc(60, 7);

  /** Writes, with the portal's own database login, an entry whose index row hides it from every auditor. */
  async function hide(row: string, partOf?: { readonly kind: string; readonly c: string }): Promise<string> {
    const { log, tenantId } = bench.place;
    const [id, at] = [uuidv7(Date.now()), "2026-11-24T14:45:00.000000Z"];
    const d = createHash("sha256").update(GARBAGE).digest("base64url");
    const sealed = partOf === undefined ? "" : `{"c":"${partOf.c}","d":"${d}"}`;
    const json = `{"at":"${at}","class":"log","id":"${id}","log":"${log}","outcome":"done","sealed":[${sealed}],"tenant":"t_x","v":1}`;
    const client = await bench.appPool.connect();
    try {
      await client.query("BEGIN");
      await client.query(
        "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'log', 'done', $5)",
        [id, log, tenantId, at, Buffer.from(json)],
      );
      if (partOf !== undefined)
        await client.query(
          `INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored)
         SELECT $1, $2, $3, id, $4 FROM audit_compartment WHERE kind = $5 LIMIT 1`,
          [id, partOf.c, tenantId, GARBAGE, partOf.kind],
        );
      await client.query(
        "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'audit.read')",
        [id, tenantId, `entry:${id}`],
      );
      await client.query(
        `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome, case_id, is_suspicion)
       VALUES ($1, $2, $3, 'system:x', 'audit.read', 'done', ${row})`,
        [id, tenantId, at],
      );
      await client.query("COMMIT");
    } finally {
      client.release();
    }
    await bench.anchor();
    return id;
  }

  const ROWS = ["gen_random_uuid(), false", "NULL, true", "gen_random_uuid(), true"];

  describe("an entry that the portal's database login hides with its index row", () => {
    it.each(ROWS)("every whole export includes it if it has no sealed part (%s)", async (row) => {
      const id = await hide(row);
      for (const cx of [bench.auditor, everything]) {
        for (const format of ["csv", "ndjson", "json"])
          expect(Buffer.from(await bench.exported({ format }, cx)).toString(), format).toContain(id);
        expect(await bench.verdict({}, cx)).toEqual({ verdict: "verified", classes: [] });
      }
      const nothing = await bench.verdict({ parts: "none" });
      expect(nothing).toEqual({ verdict: "verified", classes: [] });
    });

    it.each([
      { kind: "org", c: "org" },
      { kind: "subject", c: "AAAAAAAAAAA" },
    ])(
      "is exported without its part, which is reported as missing, if the part is empty ($kind)",
      async (part) => {
        const id = await hide("gen_random_uuid(), false", part);
        const { verdict, findings } = await bench.reported();
        const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
        expect(verdict).toBe("wrong");
        expect(findings.filter(({ seq }) => seq === rows[0].seq).map((one) => one.class)).toContain("part");
        const text = Buffer.from(await bench.exported({ format: "ndjson" })).toString();
        const line = text.split("\n").find((one) => one.includes(id));
        expect(line).toContain('"parts":[]');
        expect(text).not.toContain(GARBAGE.toString("base64url"));
      },
    );
  });
});

describe("a hold with the id of a foreign case", () => {
  type Person = Awaited<ReturnType<OwnedLog["person"]>>;

  /** Creates, as the portal's login, a hold with this id for another organisation, with its required entry. */
  async function holdWithId(caseId: string, whose: Person): Promise<void> {
    const { log, tenantId } = bench.place;
    const [id, at] = [uuidv7(Date.now()), "2026-11-24T14:45:00.000000Z"];
    const json = `{"at":"${at}","class":"log","id":"${id}","log":"${log}","outcome":"done","sealed":[],"tenant":"t_x","v":1}`;
    const client = await bench.appPool.connect();
    try {
      await client.query("BEGIN");
      await client.query(
        "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'log', 'done', $5)",
        [id, log, tenantId, at, Buffer.from(json)],
      );
      await client.query(
        "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'preservation.create')",
        [id, tenantId, `preservation:${caseId}`],
      );
      await client.query(
        "INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome) VALUES ($1, $2, $3, 'system:x', 'preservation.create', 'done')",
        [id, tenantId, at],
      );
      await client.query(
        `INSERT INTO preservation (id, tenant_id, requested_by, organisation_id, transactions, reason, state, until)
       VALUES ($1, $2, $3, $4, '{}', 'x', 'active', now() + interval '1 day')`,
        [caseId, tenantId, whose.principal.userId, whose.principal.organisationId],
      );
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    } finally {
      client.release();
    }
  }

  it("an agency does not get another agency's case through its own hold with the case's id", async () => {
    const owner = await bench.person({ role: "regulator" });
    const other = await bench.person({ role: "regulator" });
    const caseId = owner.principal.organisationId;
    const { id: entry } = await recordEvent(owner, {
      class: "log",
      outcome: "done",
      action: "audit.keys",
      subjects: [],
      caseId,
      caseDetails: { order: "the order of the foreign case" },
    });
    await bench.anchor();
    await expect(holdWithId(caseId, other)).rejects.toMatchObject({ code: "SP002" });
    // A hold with a new id is accepted, so the refusal is because of the id.
    await holdWithId(uuidv7(Date.now()), other);
    await bench.anchor();
    const after = Buffer.from(await bench.exported({ format: "ndjson" }, other)).toString();
    expect(after).not.toContain(entry);
    expect(after).not.toContain("foreign case");
  });
});

describe("many index rows that hide their entries", () => {
  beforeAll(async () => {
    await bench.anchor();
  });

  const AT = "2026-11-24T14:45:00.000000Z";

  /** Writes this many entries with the portal's database login, hidden by their index rows or not. */
  async function write(count: number, isHidden: boolean): Promise<void> {
    const { log, tenantId } = bench.place;
    const rows = Array.from({ length: count }, (_, n) => {
      const id = uuidv7(Date.now() + n);
      const json = `{"at":"${AT}","class":"log","id":"${id}","log":"${log}","outcome":"done","sealed":[],"tenant":"t_x","v":1}`;
      return { id, bytes: Buffer.from(json).toString("base64") };
    });
    const given = JSON.stringify(rows);
    const from = "FROM json_to_recordset($1::json) AS r(id uuid, bytes text)";
    const client = await bench.appPool.connect();
    try {
      await client.query("BEGIN");
      await client.query(
        `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
       SELECT id, $2, $3, $4, 'log', 'done', decode(bytes, 'base64') ${from}`,
        [given, log, tenantId, AT],
      );
      await client.query(
        `INSERT INTO audit_queue (entry_id, tenant_id, subject, action) SELECT id, $2, 'entry:' || id, 'audit.read' ${from}`,
        [given, tenantId],
      );
      await client.query(
        `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome, is_suspicion)
       SELECT id, $2, $3, 'system:x', 'audit.read', 'done', $4 ${from}`,
        [given, tenantId, AT, isHidden],
      );
      await client.query("COMMIT");
    } finally {
      client.release();
    }
    await bench.anchor();
  }

  const COUNT = 8_000;

  it("a whole export includes thousands of entries that their index rows hide", async () => {
    await write(COUNT, false);
    await write(COUNT, true);
    const lines = Buffer.from(await bench.exported({ format: "csv" }))
      .toString()
      .split("\r\n");
    expect(lines.length).toBeGreaterThan(2 * COUNT);
  });
});

describe("an index row that reveals its entry", () => {
  const SECRET = "what the organisation's part of it says";
  const EVENT: AuditEvent = {
    class: "log",
    outcome: "done",
    action: "audit.keys",
    subjects: [],
    details: { about: SECRET },
  };

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());

  it.each<[string, Partial<AuditEvent>, string]>([
    ["a foreign case", { caseId: uuidv7(1), caseDetails: { order: "x" } }, "case_id = NULL"],
    ["a suspicion", { suspicion: { why: "x" } }, "is_suspicion = false"],
  ])(
    "an index row that the owner changed admits no reader to the parts of %s, because the entry's own parts decide",
    async (_, more, change) => {
      const { id } = await recordEvent(bench.cx, { ...EVENT, ...more });
      await bench.anchor();
      const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
      expect(Buffer.from(await bench.exported({ format: "ndjson" })).toString()).not.toContain(id);
      await pastTriggers(bench.admin, ["audit_index"], () =>
        bench.admin.query(`UPDATE audit_index SET ${change} WHERE entry_id = $1`, [id]),
      );
      const reached: string[] = [];
      for (const [name, query] of [
        ["whole ndjson", { format: "ndjson" }],
        ["whole csv", { format: "csv" }],
        ["filtered ndjson", { format: "ndjson", action: "audit.keys" }],
      ] as const)
        if (
          Buffer.from(await bench.exported(query))
            .toString()
            .includes(SECRET)
        )
          reached.push(name);
      const shown = await getEvent(bench.auditor, rows[0].seq).then(JSON.stringify, () => "");
      if (shown.includes(SECRET)) reached.push("entry");
      const report = await bench.reported();
      reached.push(
        `bundle: ${report.verdict} ${[...new Set(report.findings.map((one) => one.class))].join(" ")}`,
      );
      expect(reached.filter((one) => !one.startsWith("bundle: wrong"))).toEqual([]);
    },
  );

  const ACCESS: Partial<AuditEvent> = {
    access: { dataAccessed: [SECRET], success: true },
    index: { participantId: "client-4" },
  };

  /** Returns what this reader gets of an entry from every place where the log is read. */
  async function readBy(cx: Context, seq: number): Promise<string> {
    const exports = [{ format: "ndjson" }, { format: "csv" }, { format: "ndjson", action: "audit.keys" }];
    const texts = await Promise.all(
      exports.map(async (query) => Buffer.from(await bench.exported(query, cx)).toString()),
    );
    const detail = await getEvent(cx, seq).then(JSON.stringify, () => "");
    const logs = await listAccessLogs(cx, AccessLogQuery.parse({}));
    return [...texts, detail, JSON.stringify(logs)].join("\n");
  }

  it.each(["alone", "and its part moved to that case", "and its part dropped"])(
    "an index row that names an agency's own case does not admit it to the parts of another agency's case (%s)",
    async (way) => {
      const [owner, other] = [
        await bench.person({ role: "regulator" }),
        await bench.person({ role: "regulator" }),
      ];
      const [caseId, ownCase] = [owner.principal.organisationId, other.principal.organisationId];
      const made = { ...EVENT, ...ACCESS, caseDetails: { order: "x" } };
      await recordEvent(other, { ...EVENT, details: {}, caseId: ownCase, caseDetails: { order: "its own" } });
      const { id } = await recordEvent(bench.cx, { ...made, caseId });
      await bench.anchor();
      const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
      const { seq } = rows[0];
      expect((await readBy(owner, seq)).includes(SECRET)).toBe(true);
      expect((await readBy(other, seq)).includes(SECRET)).toBe(false);
      const ofCase = "(SELECT id FROM audit_compartment WHERE kind = 'case' AND subject = $2::text)";
      await pastTriggers(bench.admin, ["audit_index", "audit_part"], async () => {
        await bench.admin.query("UPDATE audit_index SET case_id = $2::uuid WHERE entry_id = $1", [
          id,
          ownCase,
        ]);
        if (way.includes("moved"))
          await bench.admin.query(
            `UPDATE audit_part p SET compartment_id = ${ofCase} FROM audit_compartment k
           WHERE p.entry_id = $1 AND k.id = p.compartment_id AND k.kind = 'case'`,
            [id, ownCase],
          );
        if (way.includes("dropped"))
          await bench.admin.query(
            "DELETE FROM audit_part p USING audit_compartment k WHERE p.entry_id = $1 AND k.id = p.compartment_id AND k.kind = 'case'",
            [id],
          );
      });
      const reached = await readBy(other, seq);
      expect([reached.includes(id), reached.includes(SECRET)]).toEqual([true, false]);
      expect(await bench.verdict({}, other)).toMatchObject({ verdict: "wrong", classes: ["part"] });
    },
  );

  it("a part that the portal's login made unreadable does not stop a list or an answer", async () => {
    const { log, tenantId } = bench.place;
    const [id, at] = [uuidv7(Date.now()), "2026-11-24T14:45:00.000000Z"];
    const stored = Buffer.from("no part of ours, in a few more bytes than an empty one has");
    const d = createHash("sha256").update(stored).digest("base64url");
    const json = `{"at":"${at}","class":"disclosure","id":"${id}","log":"${log}","outcome":"done","sealed":[{"c":"org","d":"${d}"}],"tenant":"t_x","v":1}`;
    const client = await bench.appPool.connect();
    try {
      await client.query("BEGIN");
      await client.query(
        "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'disclosure', 'done', $5)",
        [id, log, tenantId, at, Buffer.from(json)],
      );
      await client.query(
        `INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored)
       SELECT $1, 'org', $2, id, $3 FROM audit_compartment WHERE kind = 'org' LIMIT 1`,
        [id, tenantId, stored],
      );
      await client.query(
        "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'disclosure.open')",
        [id, tenantId, `entry:${id}`],
      );
      await client.query(
        `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome, is_access)
       VALUES ($1, $2, $3, 'system:x', 'disclosure.open', 'done', true)`,
        [id, tenantId, at],
      );
      await client.query("COMMIT");
    } finally {
      client.release();
    }
    await bench.anchor();
    const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
    const { logs } = await listAccessLogs(bench.auditor, AccessLogQuery.parse({}));
    expect(logs.some((one) => one.timestamp === at)).toBe(true);
    const detail = await getEvent(bench.auditor, rows[0].seq);
    expect([detail.entry_id, detail.parts]).toEqual([id, []]);
  });
});

describe("an index row without values", () => {
  const SECRET = "what the organisation's part of it says";
  const EVENT: AuditEvent = {
    class: "log",
    outcome: "done",
    action: "audit.keys",
    subjects: [],
    details: { about: SECRET },
    access: { dataAccessed: [SECRET], success: true },
  };

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());

  const FILTERED = { format: "ndjson", action: "audit.keys" };

  async function exportsHave(
    cx: Context,
    queries: readonly Record<string, string>[] = [{ format: "ndjson" }, { format: "csv" }, FILTERED],
  ): Promise<string[]> {
    const texts = await Promise.all(
      queries.map(async (query) => Buffer.from(await bench.exported(query, cx)).toString()),
    );
    return texts.flatMap((text, at) => (text.includes(SECRET) ? [JSON.stringify(queries[at])] : []));
  }

  async function columnsBut(table: string, column: string): Promise<string> {
    const { rows } = await bench.admin.query(
      `SELECT string_agg('t.' || attname, ', ') AS columns FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> $2`,
      [table, column],
    );
    return rows[0].columns;
  }

  /** Makes the database return another value for one column of a table while `act` runs. */
  async function lying(
    table: string,
    column: string,
    answer: string,
    act: () => Promise<void>,
  ): Promise<void> {
    const others = await columnsBut(table, column);
    await bench.admin.query(`ALTER TABLE ${table} RENAME TO true_${table}`);
    await bench.admin.query(
      `CREATE VIEW ${table} AS SELECT ${others}, ${answer} AS ${column} FROM true_${table} t`,
    );
    await bench.admin.query(`GRANT SELECT ON ${table} TO sealport_app, sealport_auditor`);
    const names = others.replaceAll("t.", "");
    await bench.admin.query(
      `GRANT INSERT ON ${table} TO sealport_app;
     CREATE RULE taken AS ON INSERT TO ${table} DO INSTEAD INSERT INTO true_${table} (${names}, ${column})
       VALUES (${others.replaceAll("t.", "NEW.")}, NEW.${column}::text::boolean)`,
    );
    try {
      await act();
    } finally {
      await bench.admin.query(`DROP VIEW ${table}`);
      await bench.admin.query(`ALTER TABLE true_${table} RENAME TO ${table}`);
    }
  }

  it("an index row with no value for suspicion does not admit a reader to another agency's case", async () => {
    const compliance = await bench.person({ role: "auditor", duties: ["compliance"] });
    const { id } = await recordEvent(bench.cx, { ...EVENT, caseId: uuidv7(1), caseDetails: {} });
    await bench.anchor();
    expect(await exportsHave(compliance)).toEqual([]);
    await bench.admin.query("ALTER TABLE audit_index ALTER COLUMN is_suspicion DROP NOT NULL");
    await pastTriggers(bench.admin, ["audit_index"], () =>
      bench.admin.query("UPDATE audit_index SET is_suspicion = NULL, case_id = NULL WHERE entry_id = $1", [
        id,
      ]),
    );
    expect(await exportsHave(compliance)).toEqual([]);
    expect(await bench.verdict({}, compliance)).toMatchObject({ verdict: "wrong", classes: ["part"] });
  });

  it("only compliance reads a suspicion, whatever the database answers", async () => {
    // The entry of the test before has no value for suspicion.
    await pastTriggers(bench.admin, ["audit_index"], () =>
      bench.admin.query(
        "UPDATE audit_index SET is_suspicion = false, case_id = $1 WHERE is_suspicion IS NULL",
        [uuidv7(2)],
      ),
    );
    const compliance = await bench.person({ role: "auditor", duties: ["compliance"] });
    const { id } = await recordEvent(bench.cx, { ...EVENT, suspicion: { why: "x" } });
    await bench.anchor();
    const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
    const answers = async (cx: Context) => [
      ...(await exportsHave(cx)),
      ...((await getEvent(cx, rows[0].seq).then(JSON.stringify, () => "")).includes(SECRET) ? ["entry"] : []),
      ...(JSON.stringify(await listAccessLogs(cx, AccessLogQuery.parse({}))).includes(SECRET)
        ? ["logs"]
        : []),
    ];
    expect(await answers(compliance)).toHaveLength(5);
    expect(await answers(bench.auditor)).toEqual([]);
    // The fence's query is answered with no, and later checks with yes.
    await lying(
      "audit_index",
      "is_suspicion",
      "(t.is_suspicion AND current_query() LIKE '%FROM audit_part p JOIN%')",
      async () => expect(await answers(bench.auditor)).toEqual([]),
    );
    await bench.admin.query("CREATE TYPE flag AS ENUM ('true', 'false')");
    await bench.admin.query(
      "CREATE FUNCTION to_flag(boolean) RETURNS flag LANGUAGE sql IMMUTABLE AS 'SELECT $1::text::flag'",
    );
    await bench.admin.query("CREATE CAST (boolean AS flag) WITH FUNCTION to_flag(boolean) AS ASSIGNMENT");
    await bench.admin.query(
      "CREATE FUNCTION is_flag(flag, boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'",
    );
    await bench.admin.query("CREATE OPERATOR = (LEFTARG = flag, RIGHTARG = boolean, FUNCTION = is_flag)");
    await lying("audit_index", "is_suspicion", "t.is_suspicion::text::flag", async () =>
      expect(await exportsHave(bench.auditor, [FILTERED])).toEqual([]),
    );
  });
});

describe("two entries with one number", () => {
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
      const [erased, person] = [
        await bench.person({ role: "client" }),
        await bench.person({ role: "client" }),
      ];
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
        "CREATE POLICY watching ON audit_part AS RESTRICTIVE USING (set_config('owner.asked', entry_id::text, false) <> '')",
      ])
        await bench.admin.query(statement);
      await lie(
        "audit_compartment",
        `${name}, CASE WHEN t.id = '${compartment}' AND current_setting('owner.asked', true) = '${id}'
         THEN '${person.principal.pseudonym}' ELSE t.subject END AS subject`,
      );
      const after = await findings();
      await stopLying("audit_compartment");
      await bench.admin.query("DROP POLICY watching ON audit_part");
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
});

describe("a part that was not requested", () => {
  const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());

  /** Makes the kind of a compartment equal to any text, before any statement that uses it is prepared. */
  async function makeEqualToAll(): Promise<void> {
    const { rows } = await bench.admin.query(
      `SELECT string_agg(attname, ', ') AS columns FROM pg_attribute
     WHERE attrelid = 'audit_compartment'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'kind'`,
    );
    for (const statement of [
      "CREATE TYPE any_kind AS ENUM ('org', 'case', 'subject', 'suspicion')",
      `CREATE FUNCTION is_any(any_kind, text) RETURNS boolean LANGUAGE sql IMMUTABLE
       AS 'SELECT $2 <> ''case'' OR $1::text = $2'`,
      "CREATE OPERATOR = (LEFTARG = any_kind, RIGHTARG = text, FUNCTION = is_any)",
      "ALTER TABLE audit_compartment RENAME TO true_audit_compartment",
      `CREATE VIEW audit_compartment AS SELECT ${rows[0].columns}, kind::any_kind AS kind FROM true_audit_compartment`,
      "GRANT SELECT ON audit_compartment TO sealport_app",
    ])
      await bench.admin.query(statement);
  }

  it("no part of an unrequested kind is opened, even if the database calls it requested", async () => {
    const regulator = await bench.person({ role: "regulator" });
    const everything = await bench.person({ role: "coordinator", duties: ["approve", "compliance"] });
    const { id } = await recordEvent(bench.auditor, { ...EVENT, suspicion: { why: "x" } });
    const { id: plain } = await recordEvent(bench.auditor, EVENT);
    await recordEvent(regulator, EVENT);
    await recordEvent(everything, EVENT);
    await bench.anchor();
    const { rows } = await bench.admin.query("SELECT entry_id, seq::int FROM audit_leaf");
    const seqs = new Map<string, number>(rows.map((row) => [row.entry_id, row.seq]));
    await makeEqualToAll();
    const shown = async (cx: Context, entry: string) =>
      (await getEvent(cx, seqs.get(entry) ?? -1)).parts.map(({ kind }) => kind).sort();
    const keyed = async (cx: Context, entry: string) => {
      const text = Buffer.from(await bench.exported({ format: "ndjson" }, cx)).toString();
      const line = JSON.parse(text.split("\n").find((one) => one.includes(entry)) ?? "");
      return line.parts
        .flatMap(({ key, kind }: { key?: string; kind: string }) => (key ? [kind] : []))
        .sort();
    };
    expect([await shown(regulator, plain), await keyed(regulator, plain)]).toEqual([["org"], ["org"]]);
    expect([await shown(everything, id), await keyed(everything, id)]).toEqual([
      ["org", "suspicion"],
      ["org", "suspicion"],
    ]);
    expect(await shown(bench.auditor, plain)).toEqual(["org", "subject"]);
  });
});

describe("false answers", () => {
  let bench: OwnedLog;
  let lied: Pool;
  let auditor: Context;
  beforeAll(async () => {
    bench = await createOwnedLog();
    // A function with the name of a PostgreSQL function that finds nothing, on connections that do not start as ours
    // do. It represents every way to make the database answer falsely.
    await bench.admin.query(
      `CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO sealport_app;
     CREATE FUNCTION evil.json_to_recordset(json) RETURNS SETOF record LANGUAGE sql
       AS 'SELECT 0::bigint, NULL::uuid, NULL::uuid, false WHERE false'`,
    );
    lied = new Pool({
      connectionString: bench.database.appUrl,
      options: "-c timezone=UTC -c search_path=evil,pg_catalog,public",
    });
    auditor = { ...bench.auditor, db: { ...bench.auditor.db, pool: lied } };
  });
  afterAll(async () => {
    await lied.end();
    await bench.close();
  });

  it("false answers from the database owner cannot withhold an entry without a case", async () => {
    const { id } = await recordEvent(bench.auditor, {
      class: "log",
      outcome: "done",
      action: "audit.keys",
      subjects: [],
    });
    await bench.anchor();
    const whole = await bench.reported({}, auditor);
    expect([whole.verdict, whole.entries]).toEqual(["verified", whole.size]);
    await bench.anchor();
    await pastTriggers(bench.admin, ["audit_index"], () =>
      bench.admin.query("DELETE FROM audit_index WHERE entry_id = $1", [id]),
    );
    const hidden = await bench.reported({}, auditor);
    expect([hidden.verdict, hidden.entries]).toEqual(["verified", hidden.size]);
  });
});

describe("a whole export", () => {
  const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.keys", subjects: [] };
  const CASE = uuidv7(1);
  const TABLES = ["audit_index", "audit_part", "audit_entry", "audit_leaf"];

  let bench: OwnedLog;
  let admin: Client;
  /** An approver with the compliance duty, who may see the whole log. */
  let everything: Context;
  let auditor: Context;
  /** An entry without a case, and one of a case that the auditor may not see. */
  let open: string;
  let foreign: string;

  beforeAll(async () => {
    bench = await createOwnedLog();
    ({ auditor, admin } = bench);
    everything = await bench.person({ role: "coordinator", duties: ["approve", "compliance"] });
    open = (await recordEvent(bench.cx, EVENT)).id;
    foreign = (await recordEvent(bench.cx, { ...EVENT, caseId: CASE, caseDetails: { order: "x" } })).id;
    await bench.anchor();
  });
  afterAll(() => bench.close());

  async function exported(cx: Context, query: Record<string, string>): Promise<string> {
    return Buffer.from(await bench.exported(query, cx)).toString();
  }

  /** Changes rows as the owner could, runs the check, and restores every table. */
  async function whileTampered(statement: string, look: () => Promise<void>): Promise<void> {
    for (const table of TABLES)
      await admin.query(`CREATE TEMP TABLE kept_${table} AS SELECT * FROM ${table}`);
    await pastTriggers(admin, TABLES, () => admin.query(statement));
    const kept = await admin.query("SELECT id FROM kept_audit_entry");
    try {
      await look();
    } finally {
      const ids = kept.rows.map((row: { id: string }) => row.id);
      await pastTriggers(admin, TABLES, async () => {
        for (const table of TABLES) {
          const id = table === "audit_entry" ? "id" : "entry_id";
          await admin.query(`DELETE FROM ${table} WHERE ${id} = ANY ($1)`, [ids]);
          await admin.query(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
        }
      });
      for (const table of TABLES) await admin.query(`DROP TABLE kept_${table}`);
    }
  }

  /** Returns the fault of the log that the newest export of the history found. */
  async function lastFlaw(): Promise<string | null> {
    const { rows } = await admin.query("SELECT flaw FROM audit_export ORDER BY id DESC LIMIT 1");
    return rows[0].flaw;
  }

  const FORMATS = ["csv", "ndjson", "json", "xlsx", "bundle"] as const;

  describe("a whole export", () => {
    it("a whole export is made if every entry that it leaves out is outside the reader's fence", async () => {
      expect(await exported(everything, { format: "csv" })).toContain(foreign);
      const seen = await exported(auditor, { format: "csv" });
      expect(seen).toContain(open);
      expect(seen).not.toContain(foreign);
    });

    it.each<[string, () => string]>([
      ["has no index row", () => `DELETE FROM audit_index WHERE entry_id = '${open}'`],
      [
        "is said to be of a case",
        () => `UPDATE audit_index SET case_id = '${CASE}' WHERE entry_id = '${open}'`,
      ],
      [
        "is said to be of a suspicion",
        () => `UPDATE audit_index SET is_suspicion = true WHERE entry_id = '${open}'`,
      ],
      [
        "is said to be another tenant's",
        () => `UPDATE audit_index SET tenant_id = gen_random_uuid() WHERE entry_id = '${open}'`,
      ],
    ])(
      "a whole export has an entry that %s, because its own parts decide, and no data of other cases",
      async (_, statement) => {
        const before = await exported(auditor, { format: "ndjson" });
        await whileTampered(statement(), async () => {
          for (const cx of [auditor, everything]) {
            for (const format of ["csv", "ndjson", "json"])
              expect(await exported(cx, { format }), format).toContain(open);
            await bench.exported({ format: "xlsx" }, cx);
            expect(await bench.verdict({}, cx)).toEqual({ verdict: "verified", classes: [] });
          }
          expect((await exported(auditor, { format: "ndjson" })).startsWith(before)).toBe(true);
          expect(await exported(auditor, { format: "ndjson" })).not.toContain(foreign);
        });
      },
    );

    it.each<[string, () => string, string]>([
      ["has no bytes any more", () => `DELETE FROM audit_entry WHERE id = '${open}'`, "missing"],
      ["has no leaf any more", () => `DELETE FROM audit_leaf WHERE entry_id = '${open}'`, "root"],
    ])("a whole export shows every reader the loss when an entry %s", async (_, statement, flaw) => {
      const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [open]);
      await whileTampered(statement(), async () => {
        for (const format of FORMATS) {
          const file = await exported(auditor, { format });
          if (format !== "xlsx" && format !== "bundle") expect(file, format).not.toContain(open);
          expect(await lastFlaw(), format).toBe(flaw);
        }
        for (const cx of [auditor, everything]) {
          const { verdict, findings } = await bench.reported({}, cx);
          expect(verdict).toBe("wrong");
          expect(findings.map((one) => `${one.class} ${one.seq}`)).toContain(`missing leaf ${rows[0].seq}`);
        }
      });
      expect(await exported(auditor, { format: "csv" })).toContain(open);
      expect(await lastFlaw()).toBeNull();
    });

    it("a whole export raises an alarm when an entry is lost", async () => {
      const logged: unknown[] = [];
      const logger = { ...auditor.logger, error: (fields: unknown) => void logged.push(fields) };
      await whileTampered(`DELETE FROM audit_entry WHERE id = '${open}'`, async () => {
        await exported({ ...auditor, logger }, { format: "bundle" });
      });
      expect(logged).toContainEqual(expect.objectContaining({ alarm: "export.index", class: "missing" }));
    });

    it.each<[string, () => string, string[]]>([
      [
        "was hidden and its org part moved under a compartment that its reader may not see",
        () => `WITH hidden AS (UPDATE audit_index SET is_suspicion = true WHERE entry_id = '${open}')
        UPDATE audit_part SET compartment_id = (SELECT id FROM audit_compartment WHERE kind = 'suspicion')
        WHERE entry_id = '${open}' AND c = 'org'`,
        ["part"],
      ],
      [
        "was hidden and has no parts any more",
        () => `WITH hidden AS (UPDATE audit_index SET case_id = '${CASE}' WHERE entry_id = '${open}')
        DELETE FROM audit_part WHERE entry_id = '${open}'`,
        ["part"],
      ],
      [
        "was hidden and has no index row and no parts any more",
        () => `WITH hidden AS (DELETE FROM audit_index WHERE entry_id = '${open}')
        DELETE FROM audit_part WHERE entry_id = '${open}'`,
        ["part"],
      ],
    ])(
      "a whole export has an entry that %s, and reports its parts as missing",
      async (_, statement, classes) => {
        await recordEvent(bench.cx, { ...EVENT, suspicion: { why: "x" } });
        await bench.anchor();
        await whileTampered(statement(), async () => {
          expect(await bench.verdict({}, auditor)).toEqual({ verdict: "wrong", classes });
          const line = (await exported(auditor, { format: "csv" }))
            .split("\r\n")
            .find((one) => one.includes(open));
          expect(line).toContain("[part missing]");
        });
      },
    );

    it("a whole export has no parts of another agency's case if the parts no longer show the case", async () => {
      const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [foreign]);
      for (const lost of ["c = 'org'", "c <> 'org'"]) {
        await whileTampered(`DELETE FROM audit_part WHERE entry_id = '${foreign}' AND ${lost}`, async () => {
          const lines = (await exported(auditor, { format: "ndjson" })).split("\n");
          const line = lines.find((one) => one.endsWith(`"seq":${rows[0].seq}}`));
          expect(line).toContain(foreign);
          expect(line).toContain('"parts":[]');
          expect(await bench.verdict({}, auditor)).toEqual({ verdict: "wrong", classes: ["part"] });
        });
      }
    });

    it("a whole export opens no part of another agency's case if the index row was changed to have no case", async () => {
      const part = '"kind":"case"';
      expect(await exported(everything, { format: "ndjson" })).toContain(part);
      await whileTampered(`UPDATE audit_index SET case_id = NULL WHERE entry_id = '${foreign}'`, async () => {
        const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [foreign]);
        const { parts } = await getEvent(auditor, rows[0].seq);
        expect(parts.map(({ kind }) => kind)).not.toContain("case");
        expect(await exported(auditor, { format: "ndjson" })).not.toContain(part);
      });
    });
  });
});
