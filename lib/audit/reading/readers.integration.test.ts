import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commentRequest } from "@/lib/access/requests/comment-request";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { noteSuspicion } from "../record/note-suspicion";
import { getRetention } from "../retention/get-retention";
import { EventQuery, SuspicionQuery } from "../schema";
import { insertCheckpoint } from "../sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { readHead } from "../sequencer/store";
import { listActors } from "./actors/list-actors";
import { getEvent } from "./get-event";
import { listEvents } from "./list-events";
import { listSuspicions } from "./list-suspicions";

let bench: AccessBench;
let agency: BenchPerson;
let compliance: BenchPerson;
let privacy: BenchPerson;

beforeAll(async () => {
  bench = await createAccessBench();
  await prepareLog(bench.sequencerPool, bench.place);
  agency = await bench.person({ role: "regulator", hasKey: false });
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  privacy = await bench.person({ role: "coordinator", duties: ["privacy"], hasKey: false });
});
afterAll(() => bench?.close());

async function integrate(): Promise<void> {
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
}

async function seqOf(entryId: string): Promise<number> {
  await integrate();
  const { rows } = await bench.appPool.query("SELECT seq FROM audit_leaf WHERE entry_id = $1", [entryId]);
  return Number(rows[0].seq);
}

const reads = async (cx: Context, actor: string) =>
  (await listEvents(cx, EventQuery.parse({ actor, limit: "200" }))).items.map(({ action }) => action);

const names = async (cx: Context, q?: string) =>
  (await listActors(cx, q === undefined ? {} : { q })).items.map(({ actor, name }) => name ?? actor);

describe("readers of suspicions", () => {
  it("a read of a suspicion, or of their list, is invisible to all without the duty", async () => {
    const { entry_id } = await noteSuspicion(compliance, { note: "Round amounts at night" });
    const seq = await seqOf(entry_id);
    const me = compliance.principal.pseudonym;
    await reads(bench.approver, me);
    const before = await reads(bench.approver, me);
    await getEvent(compliance, seq);
    const { items } = await listSuspicions(compliance, SuspicionQuery.parse({}));
    expect(items.map((item) => item.entry_id)).toEqual([entry_id]);
    await integrate();
    for (const other of [bench.approver, bench.legal]) expect(await reads(other, me)).toEqual(before);
    expect(await reads(compliance, me)).toEqual(
      expect.arrayContaining(["audit.read", "suspicion.read", "suspicion.note"]),
    );
    // All readers see the read of any other entry, including the read of the list above.
    await getEvent(compliance, 0);
    await integrate();
    expect(await reads(bench.approver, me)).toEqual(["audit.read", "audit.read", ...before]);
  });

  it("the list has its own fence, whatever code calls it", async () => {
    for (const other of [bench.auditor, agency, bench.approver, bench.legal, privacy])
      expect((await listSuspicions(other, SuspicionQuery.parse({}))).items).toEqual([]);
  });
});

describe("actor search", () => {
  it("finds all people who acted in entries that the caller may see, by part of a name or a pseudonym's beginning", async () => {
    const { name, pseudonym } = bench.approver.principal;
    expect(await names(bench.auditor, name.slice(1).toUpperCase())).toContain(name);
    expect(await names(bench.auditor, pseudonym)).toEqual([name]);
    expect(await names(bench.auditor)).toContain(name);
    expect(await names(bench.auditor, pseudonym.slice(1))).toEqual([]);
    expect(await names(bench.auditor, "%")).toEqual([]);
  });

  it("neither shows nor matches a name that the caller does not know", async () => {
    const { name, pseudonym } = bench.approver.principal;
    expect(await names(agency, pseudonym)).toEqual([pseudonym]);
    expect(await names(agency, name)).not.toContain(pseudonym);
    expect(await names(privacy, bench.regulator.principal.name)).not.toContain(
      bench.regulator.principal.pseudonym,
    );
    await listEvents(agency, EventQuery.parse({}));
    expect(await names(agency, agency.principal.name)).toContain(agency.principal.name);
  });

  it("a person who acted only in other agencies' cases or in suspicions is not found", async () => {
    const officer = await bench.person({ role: "regulator", hasKey: false });
    const whistle = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
    const id = await bench.draft({ who: officer });
    await commentRequest(officer, id, "Only in this case");
    await noteSuspicion(whistle, { note: "Only about this" });
    const { pseudonym, name } = officer.principal;
    for (const cx of [agency, bench.auditor, compliance]) expect(await names(cx, pseudonym)).toEqual([]);
    expect(await names(bench.approver, pseudonym)).toEqual([name]);
    for (const cx of [agency, bench.auditor, bench.approver])
      expect(await names(cx, whistle.principal.pseudonym)).toEqual([]);
    expect(await names(compliance, whistle.principal.pseudonym)).toHaveLength(1);
  });
});

describe("a person whose key was erased", () => {
  it("shows as a pseudonym in lists, details and searches, although the account still exists", async () => {
    const gone = await bench.person({ role: "regulator", hasKey: false });
    const { name, pseudonym } = gone.principal;
    await listEvents(gone, EventQuery.parse({}));
    await integrate();
    const query = EventQuery.parse({ actor: pseudonym });
    const before = (await listEvents(bench.auditor, query)).items;
    expect(before.map((item) => item.actor_name)).toEqual([name]);
    await asAdmin(["audit_compartment"], (admin) =>
      admin.query(
        "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE kind = 'subject' AND subject = $1",
        [pseudonym],
      ),
    );
    const [after] = (await listEvents(bench.auditor, query)).items;
    expect([after?.actor, after?.actor_name]).toEqual([pseudonym, undefined]);
    const detail = await getEvent(bench.auditor, after?.seq ?? -1);
    expect([detail.actor_name, detail.erased?.map(({ kind }) => kind)]).toEqual([undefined, ["subject"]]);
    expect(await names(bench.auditor, pseudonym)).toEqual([pseudonym]);
    expect(await names(bench.auditor, name)).not.toContain(pseudonym);
  });
});

describe("retention and holds", () => {
  it("shows the periods to every reader, and holds only to those who may know of every case", async () => {
    const id = uuidv7(Date.now());
    const [transaction] = bench.transactions;
    const until = new Date(Date.now() + 86_400_000).toISOString();
    await addHolds(id, transaction, until);
    for (const cx of [bench.auditor, agency, compliance, privacy]) {
      const { roles, classes, holds, minimum } = await getRetention(cx);
      expect(roles).toContainEqual({ name: "regulator", days: 2555 });
      expect([roles.at(-1), classes.at(-1)]).toEqual([
        { name: "*", days: 365 },
        { name: "*", days: 2555 },
      ]);
      expect([holds, minimum]).toEqual([undefined, 0]);
    }
    const { holds } = await getRetention(bench.approver);
    expect(holds?.transactions).toEqual([{ transaction_id: transaction, until }]);
    expect(holds?.preservations).toMatchObject([
      { id, requested_by: agency.principal.name, transactions: [transaction], reason: "An order follows" },
    ]);
  });
});

/** Acts as the database's superuser, without the triggers of these tables. */
async function asAdmin(tables: readonly string[], act: (admin: Client) => Promise<unknown>): Promise<void> {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  try {
    await pastTriggers(admin, tables, () => act(admin));
  } finally {
    await admin.end();
  }
}

/** Writes a hold on a transaction and a preservation without the triggers, because no code creates them yet. */
function addHolds(id: string, transaction: string, until: string): Promise<void> {
  return asAdmin(["transaction", "preservation"], async (admin) => {
    await admin.query("UPDATE transaction SET hold_until = $2 WHERE id = $1", [transaction, until]);
    await admin.query(
      `INSERT INTO preservation (id, tenant_id, requested_by, transactions, reason, state, until)
       VALUES ($1, $2, $3, ARRAY[$4], 'An order follows', 'active', $5)`,
      [id, bench.place.tenantId, agency.principal.userId, transaction, until],
    );
  });
}

describe("anchors of an entry", () => {
  it("shows the newest checkpoint that covers the entry with its cosignatures, and the earliest stamp", async () => {
    await integrate();
    expect((await getEvent(bench.auditor, 0)).anchors).toEqual({ checkpoint: null, time_stamp: null });
    const head = await readHead(bench.sequencerPool, bench.place.log);
    if (head === undefined) throw new TypeError("no log");
    const mark = { name: "w/1", kind: "own" as const, timestamp: 1_760_000_000 };
    await insertCheckpoint(bench.sequencerPool, bench.place, { ...head, note: "for a test" }, [
      { line: "a line", mark },
    ]);
    const { anchors } = await getEvent(bench.auditor, 0);
    expect(anchors).toMatchObject({
      checkpoint: {
        size: head.size,
        witnesses: [{ name: "w/1", kind: "own", at: "2025-10-09T08:53:20.000Z" }],
      },
      time_stamp: null,
    });
    await integrate();
    const later = (await readHead(bench.sequencerPool, bench.place.log))?.size ?? 0;
    expect((await getEvent(bench.auditor, later - 1)).anchors?.checkpoint).toBeNull();
  });
});
