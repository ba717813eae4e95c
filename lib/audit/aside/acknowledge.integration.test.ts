import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes, sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { alarmsOf } from "@/lib/http/health/judge-health";
import { readStoredHealth } from "@/lib/http/health/store";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import type { Duty } from "@/lib/vocabulary";
import { getEvent } from "../reading/get-event";
import { listEvents } from "../reading/list-events";
import { recordEvent } from "../record/record-event";
import { EventQuery } from "../schema";
import { runVerification, scheduleVerification } from "../self-check/run-verifications";
import { agreeToAcknowledgement, askAcknowledgement, refuseAcknowledgement } from "./acknowledge";
import { listAside } from "./list-aside";
import { AsideQuery } from "./schema";
import { askPrisma, readAside } from "./standing";
import { asideOf } from "./view";

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
  if (person === undefined) throw new TypeError(`nobody is ${name}`);
  return person;
}

async function spoil(id: string, spelling: string): Promise<void> {
  await pastTriggers(admin, ["audit_entry"], () =>
    admin.query("UPDATE audit_entry SET bytes = convert_to($2, 'UTF8') WHERE id = $1", [id, spelling]),
  );
}

/** An entry whose bytes the database's owner spoiled before it had its leaf. */
async function aside(spelling = "no entry"): Promise<string> {
  const { id } = await recordEvent(who("auditor"), {
    class: "log",
    outcome: "done",
    action: "audit.read",
    subjects: [],
  });
  await spoil(id, spelling);
  await bench.anchor();
  return id;
}

const standing = () => inSnapshot(bench.cx, (tx) => readAside(askPrisma(tx), asideOf(bench.cx)));

async function alarms(): Promise<string[]> {
  const none = { own: 0, independent: 0 };
  const stored = await inSnapshot(bench.cx, (tx) => readStoredHealth(tx, bench.place.log, none));
  const { acknowledged } = await standing();
  // A minute later what waits would be late; what stands aside is no such thing.
  return alarmsOf(stored, [], Date.now() + 61_000, {
    isStamping: false,
    acknowledged: acknowledged.length,
  });
}

async function verified() {
  const cx = {
    ...bench.cx,
    logger: who("auditor").logger,
    writer: bench.sequencerPool,
    logVkey: bench.policy.log[0] ?? "",
    receiptVkey: bench.policy.receipts[0] ?? "",
    certificates: [],
    askSigner: async () => ({ is: "absent" as const }),
    everyMs: 1,
  };
  await bench.anchor();
  await scheduleVerification(cx);
  const report = await runVerification(cx, new AbortController().signal);
  if (report === undefined) throw new TypeError("nothing was verified");
  return report;
}

const rowOf = async (id: string, cx = who("legal")) =>
  (await listAside(cx, AsideQuery.parse({}))).items.find((item) => item.entry_id === id);

async function acknowledge(entryId: string): Promise<string> {
  const { id } = await askAcknowledgement(who("legal"), { entry_id: entryId, reason: "A restore test" });
  await agreeToAcknowledgement(who("compliance"), id);
  return id;
}

describe("a row that stands aside", () => {
  it("is an alarm and a finding until two persons acknowledge it, and stays listed, with their entries in the log", async () => {
    const id = await aside();
    expect(await alarms()).toContain("entry-quarantined");
    expect(await verified()).toMatchObject({ verdict: "wrong", acknowledged: 0 });
    expect(await rowOf(id)).toMatchObject({ why: "format", is_acknowledged: false, may_ask: true });
    expect(await rowOf(id, who("support"))).toMatchObject({ may_ask: false });

    const asked = await askAcknowledgement(who("legal"), { entry_id: id, reason: "A restore test" });
    expect(asked).toMatchObject({ state: "asked", is_own: true, receipt: { log: bench.place.log } });
    expect(await alarms()).toContain("entry-quarantined");
    await expect(agreeToAcknowledgement(who("legal"), asked.id)).rejects.toMatchObject({
      code: "decision.same-person",
    });
    await expect(askAcknowledgement(who("compliance"), { entry_id: id, reason: "x" })).rejects.toMatchObject({
      code: "request.conflict",
    });
    expect(await agreeToAcknowledgement(who("compliance"), asked.id)).toMatchObject({ state: "agreed" });

    await bench.anchor();
    expect(await alarms()).not.toContain("entry-quarantined");
    expect(await alarms()).not.toContain("integration-late");
    expect(await verified()).toMatchObject({ verdict: "incomplete", acknowledged: 1, findings: [] });
    const digest = toBase64url(sha256(new TextEncoder().encode("no entry")));
    const row = await rowOf(id, who("auditor"));
    expect(row).toMatchObject({ digest, is_acknowledged: true, may_ask: false });
    expect(row?.acknowledgement).toMatchObject({
      reason: "A restore test",
      asked_by: who("legal").principal.name,
      agreed_by: who("compliance").principal.name,
      by_seq: expect.any(Number),
    });
    const waiting = await bench.appPool.query("SELECT 1 FROM audit_queue WHERE entry_id = $1", [id]);
    expect(waiting.rows).toHaveLength(1);
    const { items } = await listEvents(who("auditor"), EventQuery.parse({ action: "aside.agree" }));
    const entry = await getEvent(who("auditor"), items[0]?.seq ?? -1);
    expect(entry.public).toMatchObject({ class: "log", outcome: "done" });
    expect(entry.parts.find((part) => part.kind === "org")?.plaintext).toMatchObject({
      details: { row: id, digest, reason: "A restore test", acknowledgement: asked.id },
    });
    await expect(askAcknowledgement(who("legal"), { entry_id: id, reason: "again" })).rejects.toMatchObject({
      code: "acknowledgement.state",
    });
  });

  it("is an alarm again when other bytes stand there, and another row was never acknowledged", async () => {
    const id = await aside();
    await acknowledge(id);
    const other = await aside("another");
    expect(await standing()).toMatchObject({ open: 1, first: { id: other } });
    await spoil(id, "other bytes");
    expect((await standing()).open).toBe(2);
    expect((await rowOf(id))?.is_acknowledged).toBe(false);
    const asked = await askAcknowledgement(who("legal"), { entry_id: other, reason: "Looked at" });
    await spoil(other, "changed while it was looked at");
    await expect(agreeToAcknowledgement(who("compliance"), asked.id)).rejects.toMatchObject({
      code: "acknowledgement.state",
    });
    await refuseAcknowledgement(who("legal"), asked.id);
    await Promise.all([acknowledge(id), acknowledge(other)]);
    expect((await standing()).open).toBe(0);
  });

  it("is refused by either, asked about anew, and known by its id alone", async () => {
    const id = await aside();
    for (const refuser of ["legal", "compliance"]) {
      const asked = await askAcknowledgement(who("legal"), { entry_id: id, reason: "Not sure" });
      expect(await refuseAcknowledgement(who(refuser), asked.id)).toMatchObject({ state: "refused" });
      for (const again of [agreeToAcknowledgement, refuseAcknowledgement])
        await expect(again(who("compliance"), asked.id)).rejects.toMatchObject({
          code: "acknowledgement.state",
        });
    }
    expect(await alarms()).toContain("entry-quarantined");
    await expect(
      askAcknowledgement(who("legal"), { entry_id: uuidv7(1), reason: "x" }),
    ).rejects.toMatchObject({ code: "aside.not-found" });
    await expect(agreeToAcknowledgement(who("legal"), uuidv7(1))).rejects.toMatchObject({
      code: "acknowledgement.not-found",
    });
    await acknowledge(id);
  });
});

/** As the app's login may: an entry of this action with its queue and search rows, and whatever else is said. */
async function asApp(action: string, subject: string, ...statements: [string, unknown[]][]): Promise<string> {
  const { log, tenantId } = bench.place;
  const id = uuidv7(Date.now());
  const at = "2026-11-24T14:45:00.000000Z";
  const json = `{"at":"${at}","class":"log","id":"${id}","log":"${log}","outcome":"done","sealed":[],"tenant":"t_x","v":1}`;
  const client = await bench.appPool.connect();
  try {
    await client.query("BEGIN");
    await client.query(
      "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'log', 'done', $5)",
      [id, log, tenantId, at, Buffer.from(json)],
    );
    await client.query(
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, $4)",
      [id, tenantId, subject, action],
    );
    await client.query(
      "INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome) VALUES ($1, $2, $3, 'system:x', $4, 'done')",
      [id, tenantId, at, action],
    );
    for (const [text, values] of statements)
      await client.query(
        text,
        values.map((value) => (value === "ENTRY" ? id : value)),
      );
    await client.query("COMMIT");
    return id;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

describe("whoever has the app's database login alone", () => {
  const INSERT =
    "INSERT INTO audit_acknowledgement (id, tenant_id, entry_id, digest, reason, asked_by) VALUES ($1, $2, $3, $4, 'x', $5)";
  const AGREE =
    "UPDATE audit_acknowledgement SET state = 'agreed', agreed_by = $2, ended_at = now(), agreed_entry_id = $3, signature = $4 WHERE id = $1";

  it("acknowledges nothing, though it writes rows, entries, and signatures of other rows", async () => {
    const signed = await aside();
    const signedId = await acknowledge(signed);
    const { rows } = await bench.appPool.query(
      "SELECT signature, agreed_entry_id FROM audit_acknowledgement WHERE id = $1",
      [signedId],
    );
    const victim = await aside();
    const digest = (await rowOf(victim))?.digest;
    const [first, second] = [who("legal").principal.userId, who("compliance").principal.userId];
    const { tenantId } = bench.place;
    const forged = `— ${bench.place.log}/receipt ${Buffer.from(randomBytes(68)).toString("base64")}`;
    for (const [entry, signature] of [
      ["ENTRY", rows[0].signature],
      [rows[0].agreed_entry_id, rows[0].signature],
      ["ENTRY", forged],
      ["ENTRY", ""],
    ]) {
      const id = uuidv7(Date.now());
      await asApp("aside.ask", `acknowledgement:${id}`, [INSERT, [id, tenantId, victim, digest, first]]);
      await asApp("aside.agree", `acknowledgement:${id}`, [AGREE, [id, second, entry, signature]]);
      expect(await standing()).toMatchObject({ open: 1, first: { id: victim } });
      expect((await rowOf(victim))?.is_acknowledged).toBe(false);
    }
    expect(await alarms()).toContain("entry-quarantined");
    await acknowledge(victim);
    expect((await standing()).open).toBe(0);
  });

  it("writes no word without its entry, of one person or of one without a duty, changes none and takes none away", async () => {
    const victim = await aside();
    const { tenantId } = bench.place;
    const [legal, compliance, support] = ["legal", "compliance", "support"].map(
      (name) => who(name).principal.userId,
    );
    const id = uuidv7(Date.now());
    const subject = `acknowledgement:${id}`;
    const ask: [string, unknown[]] = [INSERT, [id, tenantId, victim, "x", legal]];
    await expect(bench.appPool.query(...ask)).rejects.toMatchObject({ code: "SP001" });
    await expect(
      asApp("aside.ask", subject, [INSERT, [id, tenantId, uuidv7(1), "x", legal]]),
    ).rejects.toMatchObject({ code: "SP002" });
    await asApp("aside.ask", subject, ask);
    for (const [by, code] of [
      [legal, /SP002|23514/],
      [support, /SP002/],
    ] as const)
      await expect(asApp("aside.agree", subject, [AGREE, [id, by, "ENTRY", "x"]])).rejects.toMatchObject({
        code: expect.stringMatching(code),
      });
    await expect(bench.appPool.query(AGREE, [id, compliance, id, "x"])).rejects.toMatchObject({
      code: "SP001",
    });
    for (const text of [
      "UPDATE audit_acknowledgement SET digest = 'y'",
      "DELETE FROM audit_acknowledgement",
      "TRUNCATE audit_acknowledgement",
      "DELETE FROM audit_quarantine",
    ])
      await expect(bench.appPool.query(text)).rejects.toMatchObject({ code: "42501" });
    await expect(
      asApp("aside.refuse", subject, [
        "UPDATE audit_acknowledgement SET state = 'refused', refused_by = $1, ended_at = now() WHERE state = 'agreed'",
        [legal],
      ]),
    ).rejects.toMatchObject({ code: "SP002" });
  });
});
