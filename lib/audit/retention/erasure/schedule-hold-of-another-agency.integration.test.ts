import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { NewPreservation } from "@/lib/access/preservations/schema";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { listEvents } from "@/lib/audit/reading/list-events";
import { recordEvent } from "@/lib/audit/record/record-event";
import { EventQuery } from "@/lib/audit/schema";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openOwnerPool } from "@/lib/db/migrate";
import { openPool } from "@/lib/db/pool";
import { createLogger } from "@/lib/telemetry/logger";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { erasePrepared } from "../run-retention";
import { eraseCompartment } from "../store";
import { askErasure } from "./ask-erasure";
import { agreeToErasure } from "./decide-erasure";
import { listErasures } from "./list-erasures";
import { prepareDueErasures } from "./prepare-erasure";
import { ErasureQuery } from "./schema";

const YEAR_MS = 365 * 86_400_000;

let bench: AccessBench;
let retention: Pool;
let owner: Pool;
let admin: Pool;
let [privacy, compliance, agency]: BenchPerson[] = [];

beforeAll(async () => {
  bench = await createAccessBench();
  await prepareLog(bench.sequencerPool, bench.place);
  retention = openPool({ url: bench.database.retentionUrl, maxConnections: 2 });
  owner = openOwnerPool(bench.database.adminUrl);
  admin = openPool({ url: bench.database.adminUrl, maxConnections: 2 });
  privacy = await bench.person({ role: "coordinator", duties: ["privacy"], hasKey: false });
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  agency = await bench.person({ role: "regulator", hasKey: false });
});
afterAll(async () => {
  await Promise.all([retention?.end(), owner?.end(), admin?.end()]);
  await bench?.close();
});

const who = (person: BenchPerson | undefined): BenchPerson => {
  if (person === undefined) throw new TypeError("the bench made no such person");
  return person;
};

/** A client whose only act is years old, in an entry of this form. */
async function formerClient(years: number, event: Partial<AuditEvent> = {}): Promise<BenchPerson> {
  const person = await bench.person({ role: "client", hasKey: false });
  const clock = fixedClock(new Date(Date.now() - years * YEAR_MS));
  await recordEvent(
    { ...person, clock },
    { class: "log", outcome: "done", action: "audit.read", subjects: [], ...event },
  );
  return person;
}

/** The other agency places a hold on the transaction. Only this agency and approvers may know of it. */
const hold = () =>
  preserveTransactions(
    who(agency),
    NewPreservation.parse({ transactions: [bench.transactions[0]], reason: "18 O 2/26" }),
  );

const erase = () =>
  erasePrepared({
    ...bench.place,
    pool: retention,
    appPool: bench.appPool,
    logger: createLogger("test", "silent"),
  });

async function agreed(person: BenchPerson): Promise<string> {
  const { id } = await askErasure(who(privacy), { subject: person.principal.handle, reason: "asked" });
  await agreeToErasure(who(compliance), id);
  return id;
}

async function answer(id: string, cx = who(privacy)) {
  const { items } = await listErasures(cx, ErasureQuery.parse({}));
  return items.find((item) => item.id === id);
}

/** Moves to the next day, when a deferred erasure is retried. */
async function anotherDay(): Promise<void> {
  const client = await admin.connect();
  try {
    await pastTriggers(client, ["audit_erasure"], () =>
      client.query("UPDATE audit_erasure SET try_after = now() WHERE state = 'agreed'"),
    );
  } finally {
    client.release();
  }
  await prepareDueErasures(bench.cx);
  await erase();
}

/** Returns refusals in the log, as any reader sees them. */
async function refusals(): Promise<number> {
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
  const query = EventQuery.parse({ action: "compartment.erase", outcome: "denied", limit: "200" });
  return (await listEvents(bench.auditor, query)).items.length;
}

describe("another agency's hold", () => {
  it("defers the erasure of a person's key if an entry belongs to a case about the held data, even if it names only the case", async () => {
    const caseId = await bench.draft({ who: bench.regulator });
    const reader = await formerClient(3, { caseId, caseDetails: {} });
    const { id: holdId } = await hold();
    const holder = await formerClient(3, { caseId: holdId, caseDetails: {} });
    const unheld = await formerClient(3, { caseId: uuidv7(5), caseDetails: {} });
    const ids = [await agreed(reader), await agreed(holder), await agreed(unheld)];
    await erase();
    const states = await Promise.all(ids.map((id) => answer(id)));
    expect(states.map((item) => item?.state)).toEqual(["agreed", "agreed", "done"]);
  });

  it("gives the same answer as a period that has not passed, and as many refusals in the log, day after day (I12)", async () => {
    await hold();
    const held = await formerClient(3, { index: { transactionId: bench.transactions[0] } });
    const young = await formerClient(0.5);
    const decider = await bench.person({
      role: "coordinator",
      duties: ["privacy", "approve"],
      hasKey: false,
    });
    const counts: number[] = [];
    const answers: unknown[] = [];
    const known: unknown[] = [];
    for (const person of [held, young]) {
      const before = await refusals();
      const id = await agreed(person);
      await erase();
      const item = await answer(id);
      answers.push({ ...item, id: "", subject: "", asked_at: "" });
      known.push((await answer(id, decider))?.kept_back);
      for (let day = 0; day < 3; day += 1) await anotherDay();
      expect(await answer(id)).toEqual(item);
      counts.push((await refusals()) - before);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ state: "agreed", try_after: null });
    expect(counts).toEqual([1, 1]);
    expect(known).toEqual(["hold", "date"]);
  });

  it("is waited for while it is being placed: nothing is erased or pruned after the hold was confirmed", async () => {
    const person = await formerClient(3, { index: { transactionId: bench.transactions[1] } });
    const id = await agreed(person);
    const placing = await owner.connect();
    const holdId = uuidv7(Date.now());
    await placing.query("BEGIN");
    await placing.query(
      `INSERT INTO preservation (id, tenant_id, requested_by, transactions, reason, state, until)
       VALUES ($1, $2, $1, $3, 'court', 'active', now() + interval '90 days')`,
      [holdId, bench.place.tenantId, [bench.transactions[1]]],
    );
    await placing.query(
      "SELECT audit_write('done', 'access', 'preservation.create', NULL, ARRAY[$1::text])",
      [`preservation:${holdId}`],
    );
    let isOver = false;
    const erasing = eraseCompartment(retention, id).finally(() => {
      isOver = true;
    });
    const isWaiting = async () =>
      isOver ||
      (
        await admin.query(
          "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        )
      ).rows.length > 0;
    await expect.poll(isWaiting, { timeout: 150_000 }).toBe(true);
    await placing.query("COMMIT");
    placing.release();
    expect(await erasing).toMatchObject({ outcome: "denied", reason: "hold" });
    expect(await answer(id)).toMatchObject({ state: "agreed" });
  });

  it("is read in its present state, whatever snapshot the retention login uses", async () => {
    const client = await retention.connect();
    try {
      for (const call of ["audit_prune(1)", `audit_erase('${uuidv7(1)}')`]) {
        await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
        await expect(client.query(`SELECT ${call}`)).rejects.toMatchObject({ code: "SP004" });
        await client.query("ROLLBACK");
      }
    } finally {
      client.release();
    }
  });
});
