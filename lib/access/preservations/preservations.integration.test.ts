import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { releaseHold, renewHold } from "@/lib/access/preservations/change-preservation";
import { listPreservations } from "@/lib/access/preservations/list-preservations";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { NewPreservation, PreservationQuery } from "@/lib/access/preservations/schema";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { listEvents } from "@/lib/audit/reading/list-events";
import { recordEvent } from "@/lib/audit/record/record-event";
import { askErasure } from "@/lib/audit/retention/erasure/ask-erasure";
import { agreeToErasure, refuseErasureAsked } from "@/lib/audit/retention/erasure/decide-erasure";
import { listErasures } from "@/lib/audit/retention/erasure/list-erasures";
import { prepareDueErasures } from "@/lib/audit/retention/erasure/prepare-erasure";
import { ErasureQuery } from "@/lib/audit/retention/erasure/schema";
import { erasePrepared } from "@/lib/audit/retention/run-retention";
import { pruneLog } from "@/lib/audit/retention/store";
import { EventQuery } from "@/lib/audit/schema";
import { insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { signCheckpoint } from "@/lib/audit/signer/sign-checkpoint";
import { fixedClock, systemClock } from "@/lib/clock";
import { openNote } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openPool } from "@/lib/db/pool";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { createTestKeystore } from "@/lib/testing/benches/audit-bench";

const YEAR_MS = 365 * 86_400_000;

let bench: AccessBench;
let retention: Pool;
let otherAgency: BenchPerson;
let sign: () => Promise<number>;

beforeAll(async () => {
  bench = await createAccessBench();
  await prepareLog(bench.sequencerPool, bench.place);
  retention = openPool({ url: bench.database.retentionUrl, maxConnections: 2 });
  otherAgency = await bench.person({ role: "regulator", hasKey: false });
  const signer = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  const file = await openEntryFile(await mkdtemp(path.join(tmpdir(), "sp-hold-")), bench.place.log);
  // Entries are young in the signer's copy, and are pruned here all the same.
  const from = {
    pool: bench.signerPool,
    file,
    log: bench.place.log,
    signer,
    clock: systemClock,
    floorDays: 0,
  };
  sign = async () => {
    while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
    const note = await signCheckpoint(from);
    const checkpoint = parseCheckpointText(openNote(note, [signer.vkey]).text);
    await insertCheckpoint(bench.sequencerPool, bench.place, { ...checkpoint, note }, []);
    return checkpoint.size;
  };
});
afterAll(async () => {
  await retention?.end();
  await bench?.close();
});

const hold = (who: BenchPerson, more: object = {}) =>
  preserveTransactions(
    who,
    NewPreservation.parse({ transactions: [bench.transactions[0]], reason: "18 O 1/26", ...more }),
  );
const holds = async (who: BenchPerson) => (await listPreservations(who, PreservationQuery.parse({}))).items;
const acts = async (who: BenchPerson) => {
  await sign();
  const { items } = await listEvents(who, EventQuery.parse({ action: "preservation.create" }));
  return items.length;
};
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

describe("a legal hold", () => {
  it("a hold keeps what was written about its records from pruning and erasure until it is released (I10)", async () => {
    const staff = (duty: "privacy" | "compliance") =>
      bench.person({ role: "coordinator", duties: [duty], hasKey: false });
    const [privacy, compliance] = [await staff("privacy"), await staff("compliance")];
    const decider = await bench.person({
      role: "coordinator",
      duties: ["privacy", "approve"],
      hasKey: false,
    });
    const person = await bench.person({ role: "client", hasKey: false });
    const old = await recordEvent(
      { ...person, clock: fixedClock(new Date(Date.now() - 9 * YEAR_MS)) },
      {
        class: "log",
        outcome: "done",
        action: "audit.keys",
        subjects: [],
        index: { transactionId: bench.transactions[0] },
      },
    );
    const made = await hold(bench.regulator);
    expect(made).toMatchObject({ state: "active", is_own: true, receipt: { log: bench.place.log } });
    const { id } = await askErasure(privacy, { subject: person.principal.handle, reason: "asked" });
    await agreeToErasure(compliance, id);
    const logger = createLogger("test", "silent");
    const erase = () => erasePrepared({ ...bench.place, pool: retention, appPool: bench.appPool, logger });
    const stateOf = async (who = privacy) =>
      (await listErasures(who, ErasureQuery.parse({}))).items.find((item) => item.id === id);
    await erase();
    expect(await stateOf(decider)).toMatchObject({ state: "agreed", kept_back: "hold" });
    // A person who may not know of the agency's hold gets the answer for an entry that is not ready (I12).
    const held = await stateOf();
    await bench.query("ALTER TABLE audit_erasure DISABLE TRIGGER USER", []);
    await bench.query("UPDATE audit_erasure SET kept_back = 'prepared', try_after = now()", []);
    expect(held).toMatchObject({ kept_back: "later", try_after: null });
    expect(await stateOf()).toEqual(held);

    const size = await sign();
    await bench.query("ALTER TABLE audit_entry DISABLE TRIGGER USER", []);
    await bench.query("UPDATE audit_entry SET at = '2015' || substr(at, 5)", []);
    const stored = async () =>
      (await bench.appPool.query("SELECT 1 FROM audit_entry WHERE id = $1", [old.id])).rows.length;
    for (const name of ["fixed", "kept", "is_queued", "says_so", "xid"])
      await bench.query(`ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_${name}`, []);
    const pruned = await pruneLog(retention, size);
    expect([pruned.outcome, pruned.first_held === null]).toEqual(["done", false]);
    expect(await stored()).toBe(1);

    await releaseHold(bench.regulator, made.id, { reason: "the case is closed" });
    await sign();
    await pruneLog(retention, size);
    expect(await stored()).toBe(0);
    await bench.query("ALTER TABLE audit_erasure DISABLE TRIGGER ALL", []);
    await bench.query("UPDATE audit_erasure SET try_after = now()", []);
    for (const name of ["complete", "guard"])
      await bench.query(`ALTER TABLE audit_erasure ENABLE ALWAYS TRIGGER audit_erasure_${name}`, []);
    // The pruning also removed the request and the approval, so the erasure is requested again.
    expect(await prepareDueErasures(bench.cx)).toBe(0);
    await refuseErasureAsked(privacy, id);
    const next = await askErasure(privacy, { subject: person.principal.handle, reason: "asked" });
    await agreeToErasure(compliance, next.id);
    await erase();
    const { items } = await listErasures(privacy, ErasureQuery.parse({}));
    expect(items.find((item) => item.id === next.id)).toMatchObject({ state: "done", kept_back: null });
  });

  it("the agency that asked and deciders know of a hold, and no other people do, in list and log alike (I12)", async () => {
    const before = await acts(otherAgency);
    const made = await hold(bench.regulator, { reason: "sealed" });
    expect((await holds(bench.regulator)).map((item) => item.id)).toContain(made.id);
    expect((await holds(bench.legal)).find((item) => item.id === made.id)).toMatchObject({ is_own: false });
    for (const who of [otherAgency, bench.auditor, bench.support])
      expect((await holds(who)).map((item) => item.id)).not.toContain(made.id);
    expect(await acts(otherAgency)).toBe(before);
    expect(await acts(bench.regulator)).toBeGreaterThan(0);
    for (const who of [otherAgency, bench.legal]) {
      await expect(releaseHold(who, made.id, { reason: "x" })).rejects.toMatchObject({
        code: "preservation.not-found",
      });
      await expect(renewHold(who, made.id, {})).rejects.toMatchObject({ code: "preservation.not-found" });
    }
  });

  it("a hold is renewed to a later end only, within a year, and ends once", async () => {
    const made = await hold(bench.legal, { until: inDays(10) });
    await expect(renewHold(bench.legal, made.id, { until: inDays(5) })).rejects.toMatchObject({
      code: "request.invalid",
    });
    await expect(renewHold(bench.legal, made.id, { until: inDays(400) })).rejects.toMatchObject({
      code: "request.invalid",
    });
    const renewed = await renewHold(bench.legal, made.id, {});
    expect(new Date(renewed.until).getTime()).toBeGreaterThan(new Date(made.until).getTime());
    const ended = await releaseHold(bench.legal, made.id, { reason: "over" });
    expect(ended.state).toBe("released");
    for (const again of [
      () => releaseHold(bench.legal, made.id, { reason: "x" }),
      () => renewHold(bench.legal, made.id, {}),
    ])
      await expect(again()).rejects.toMatchObject({ code: "preservation.ended" });
  });

  it("a hold needs existing records, an authorised person and a future end", async () => {
    await expect(hold(bench.regulator, { transactions: [uuidv7(1)] })).rejects.toMatchObject({
      code: "transaction.not-found",
    });
    await expect(hold(bench.support)).rejects.toMatchObject({ code: "auth.role" });
    await expect(hold(bench.regulator, { until: inDays(-1) })).rejects.toMatchObject({
      code: "request.invalid",
    });
  });

  it("the app's login cannot shorten, rewrite or delete a hold, or change it without its entry (I1)", async () => {
    const { id } = await hold(bench.regulator);
    const change = (text: string) => bench.appPool.query(text.replace("?", `'${id}'`));
    for (const text of [
      "UPDATE preservation SET transactions = '{}' WHERE id = ?",
      "UPDATE preservation SET reason = 'x' WHERE id = ?",
      "DELETE FROM preservation WHERE id = ?",
      "TRUNCATE preservation",
    ])
      await expect(change(text)).rejects.toThrow(/permission denied/);
    await expect(change("UPDATE preservation SET until = now() WHERE id = ?")).rejects.toMatchObject({
      code: "SP002",
    });
    await expect(
      change("UPDATE preservation SET state = 'released', released_at = now() WHERE id = ?"),
    ).rejects.toMatchObject({ code: "SP001" });
  });
});
