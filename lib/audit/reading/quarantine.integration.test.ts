import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { alarmsOf } from "@/lib/http/health/judge-health";
import { readStoredHealth } from "@/lib/http/health/store";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import type { Duty } from "@/lib/vocabulary";
import { recordEvent } from "../record/record-event";
import { EventQuery } from "../schema";
import { runVerification, scheduleVerification } from "../self-check/run-verifications";
import { dismissQuarantined } from "./dismiss-quarantined";
import { getEvent } from "./get-event";
import { listEvents } from "./list-events";
import { listQuarantine } from "./list-quarantine";
import { QuarantineQuery } from "./quarantine-schema";

let bench: LogBench;
let admin: Client;
const people = new Map<string, Context>();

beforeAll(async () => {
  bench = await createLogBench();
  admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  for (const duty of ["legal", "compliance", "support"] satisfies Duty[])
    people.set(duty, await bench.person({ role: "coordinator", duties: [duty], hasKey: false }));
  people.set("auditor", await bench.person({ role: "auditor", hasKey: false }));
  await bench.anchor();
});
afterAll(async () => {
  await admin?.end();
  await bench?.close();
});

function who(name: string): Context {
  const person = people.get(name);
  if (person === undefined) throw new TypeError(`no person has the duty ${name}`);
  return person;
}

async function spoil(id: string, text: string): Promise<void> {
  await pastTriggers(admin, ["audit_entry"], () =>
    admin.query("UPDATE audit_entry SET bytes = convert_to($2, 'UTF8') WHERE id = $1", [id, text]),
  );
}

/** An entry whose bytes the database owner changed before it had its leaf. */
async function quarantined(text = "not an entry"): Promise<string> {
  const event = { class: "log", outcome: "done", action: "audit.read", subjects: [] } as const;
  const { id } = await recordEvent(who("auditor"), event);
  await spoil(id, text);
  await bench.anchor();
  return id;
}

async function alarms(): Promise<string[]> {
  const none = { own: 0, independent: 0 };
  const stored = await inSnapshot(bench.cx, (tx) => readStoredHealth(tx, bench.place.log, none));
  // A minute later a waiting entry would be late; a quarantined entry is never late.
  return alarmsOf(stored, [], Date.now() + 61_000, { isStamping: false });
}

async function verified() {
  const cx = {
    ...bench.cx,
    logger: who("auditor").logger,
    writer: bench.sequencerPool,
    logVkey: bench.policy.log[0] ?? "",
    certificates: [],
    askSigner: async () => ({ is: "absent" as const }),
    everyMs: 1,
  };
  await bench.anchor();
  await scheduleVerification(cx);
  const report = await runVerification(cx, new AbortController().signal);
  if (report === undefined) throw new TypeError("no verification ran");
  return report;
}

const rowOf = async (id: string, cx = who("legal")) =>
  (await listQuarantine(cx, QuarantineQuery.parse({}))).items.find((item) => item.entry_id === id);

describe("a quarantined entry", () => {
  it("raises an alarm and a finding until one person dismisses it with a reason, which the log records", async () => {
    const id = await quarantined();
    expect(await alarms()).toContain("entry-quarantined");
    expect(await verified()).toMatchObject({ verdict: "wrong" });
    expect(await rowOf(id)).toMatchObject({ why: "format", dismissal: null, may_dismiss: true });
    for (const name of ["support", "auditor"])
      expect(await rowOf(id, who(name))).toMatchObject({ may_dismiss: false });

    const answer = await dismissQuarantined(who("legal"), id, { reason: "A restore test" });
    expect(answer).toMatchObject({ may_dismiss: false, receipt: { log: bench.place.log } });
    await bench.anchor();
    expect(await alarms()).not.toContain("entry-quarantined");
    expect(await alarms()).not.toContain("integration-late");
    expect(await verified()).toMatchObject({ verdict: "incomplete", findings: [] });
    const digest = toBase64url(sha256(new TextEncoder().encode("not an entry")));
    const row = await rowOf(id, who("auditor"));
    expect(row).toMatchObject({ digest, may_dismiss: false });
    expect(row?.dismissal).toMatchObject({
      reason: "A restore test",
      by: who("legal").principal.name,
      by_seq: expect.any(Number),
    });
    const waiting = await bench.appPool.query("SELECT 1 FROM audit_queue WHERE entry_id = $1", [id]);
    expect(waiting.rows).toHaveLength(1);
    const { items } = await listEvents(who("auditor"), EventQuery.parse({ action: "quarantine.dismiss" }));
    const entry = await getEvent(who("auditor"), items[0]?.seq ?? -1);
    expect(entry.parts.find((part) => part.kind === "org")?.plaintext).toMatchObject({
      details: { entry: id, digest, reason: "A restore test" },
    });
    await expect(dismissQuarantined(who("compliance"), id, { reason: "again" })).rejects.toMatchObject({
      code: "quarantine.state",
    });
  });

  it("reopens after its bytes change", async () => {
    const id = await quarantined();
    await dismissQuarantined(who("compliance"), id, { reason: "Checked" });
    expect(await alarms()).not.toContain("entry-quarantined");
    await spoil(id, "other bytes");
    expect(await alarms()).toContain("entry-quarantined");
    expect(await rowOf(id)).toMatchObject({ dismissal: null, may_dismiss: true });
    await dismissQuarantined(who("compliance"), id, { reason: "Checked again" });
  });

  it("can be found only by its own id", async () => {
    const unknown = dismissQuarantined(who("legal"), uuidv7(1), { reason: "x" });
    await expect(unknown).rejects.toMatchObject({ code: "quarantine.not-found" });
  });

  it("can be dismissed only once when two people dismiss it at the same moment", async () => {
    const id = await quarantined();
    const made = await Promise.allSettled(
      ["legal", "compliance"].map((name) => dismissQuarantined(who(name), id, { reason: name })),
    );
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(made.find((one) => one.status === "rejected")).toMatchObject({
      reason: { code: "quarantine.state" },
    });
  });
});

describe("the portal's database login", () => {
  const INSERT = `INSERT INTO audit_dismissal (entry_id, digest, tenant_id, reason, by_user_id, by_entry_id)
    SELECT entry_id, 'x', tenant_id, 'x', $2, entry_id FROM audit_quarantine WHERE entry_id = $1`;

  it("cannot dismiss an entry without an entry of the log, or in the name of a person without the duty", async () => {
    const id = await quarantined();
    for (const [name, code] of [
      ["legal", "SP001"],
      ["support", "SP002"],
    ] as const)
      await expect(bench.appPool.query(INSERT, [id, who(name).principal.userId])).rejects.toMatchObject({
        code,
      });
    await dismissQuarantined(who("legal"), id, { reason: "Checked" });
    for (const text of [
      "UPDATE audit_dismissal SET digest = 'y'",
      "DELETE FROM audit_dismissal",
      "TRUNCATE audit_dismissal",
      "DELETE FROM audit_quarantine",
    ])
      await expect(bench.appPool.query(text)).rejects.toMatchObject({ code: "42501" });
  });
});
