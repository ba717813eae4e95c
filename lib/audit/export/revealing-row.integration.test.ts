import { afterAll, beforeAll, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/owned-log";
import { pastTriggers } from "@/lib/testing/past-triggers";
import type { AuditEvent } from "../event";
import { getEvent } from "../get-event";
import { recordEvent } from "../record-event";

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
  "nobody is let to the parts of %s by a search row that the owner changed, since the entry's own word counts",
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
