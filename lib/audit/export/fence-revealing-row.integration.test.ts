import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import type { AuditEvent } from "../entry/event";
import { AccessLogQuery } from "../reading/access-logs";
import { getEvent } from "../reading/get-event";
import { listAccessLogs } from "../reading/list-access-logs";
import { recordEvent } from "../record/record-event";

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
      await bench.admin.query("UPDATE audit_index SET case_id = $2::uuid WHERE entry_id = $1", [id, ownCase]);
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
