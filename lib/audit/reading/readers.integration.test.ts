import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { releaseHold, renewHold } from "@/lib/access/preservations/change-preservation";
import { listPreservations } from "@/lib/access/preservations/list-preservations";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { PreservationQuery } from "@/lib/access/preservations/schema";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import { exportLog } from "@/lib/audit/export/export-log";
import { SuspicionQuery } from "@/lib/audit/people-schema";
import { AccessLogQuery } from "@/lib/audit/reading/access-logs";
import { listActors } from "@/lib/audit/reading/actors/list-actors";
import { getEvent } from "@/lib/audit/reading/get-event";
import { listAccessLogs } from "@/lib/audit/reading/list-access-logs";
import { listEvents, listSuspicions } from "@/lib/audit/reading/list-events";
import { noteSuspicion } from "@/lib/audit/record/note-suspicion";
import { getRetention } from "@/lib/audit/retention/get-retention";
import { type EventItem, EventQuery, ExportQuery } from "@/lib/audit/schema";
import { insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { readHead } from "@/lib/audit/sequencer/store";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { anotherTenant } from "@/lib/testing/servers/database";

describe("readers", () => {
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
});

describe("equal answers", () => {
  let bench: AccessBench;
  /** The officer of another agency than the regulator. Its case is sealed from everyone here. */
  let agency: BenchPerson;
  let compliance: BenchPerson;
  /** A second tenant in the same database. */
  let second: UseCaseBench;
  let otherTenant: Context;
  const observers = new Map<string, Context>();

  beforeAll(async () => {
    bench = await createAccessBench();
    await prepareLog(bench.sequencerPool, bench.place);
    agency = await bench.person({ role: "regulator", hasKey: false });
    compliance = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
    second = await createUseCaseBench({ database: anotherTenant(bench.database) });
    await prepareLog(second.sequencerPool, second.place);
    otherTenant = await second.person({ role: "auditor" });
    observers.set("another agency", agency);
    observers.set("an internal auditor", bench.auditor);
    observers.set("a participant", bench.client);
    observers.set("support", bench.support);
    observers.set("another tenant", otherTenant);
  });
  afterAll(async () => {
    await second?.close();
    await bench?.close();
  });

  /** Integrates everything with a checkpoint, because exports end at one. */
  async function settle(): Promise<void> {
    for (const { sequencerPool, place } of [bench, second]) {
      while ((await integrateBatch(sequencerPool, place)).added > 0);
      const head = await readHead(sequencerPool, place.log);
      if (head === undefined) throw new TypeError("no log");
      await insertCheckpoint(sequencerPool, place, { ...head, note: "for a test" }, []);
    }
  }

  async function exported(cx: Context, format: "ndjson" | "csv"): Promise<string[]> {
    const { response } = await exportLog(cx, ExportQuery.parse({ format }));
    return (await response.text()).split("\n");
  }

  /** Lines that are not about the observer's own reads, which exist because the observer reads twice. */
  function withoutLooking<T extends { actor?: string | null; action: string }>(items: readonly T[]): T[] {
    const looking = new Set([...observers.values()].map((cx) => cx.principal.pseudonym));
    return items.filter(
      (item) => !(item.actor && looking.has(item.actor) && /^audit\.|^access\.logs/.test(item.action)),
    );
  }

  interface Answers {
    readonly lists: unknown;
    readonly counts: unknown;
    readonly accesses: unknown;
    readonly ndjson: readonly string[];
    readonly csv: readonly string[];
  }

  const isLooking = (line: string): boolean => /audit\.(read|export|proof|exports)|access\.logs/.test(line);

  /** Returns all pages of a list, so that reads do not push entries off its end. */
  async function everyItem(cx: Context, filter: Record<string, string>): Promise<EventItem[]> {
    const items: EventItem[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const query = { ...filter, limit: "200", ...(cursor === undefined ? {} : { cursor }) };
      const page: { items: EventItem[]; next_cursor: string | null } = await listEvents(
        cx,
        EventQuery.parse(query),
      );
      items.push(...page.items);
      cursor = page.next_cursor;
    }
    return items;
  }

  /** Returns everything that one observer can read through every interface. */
  async function answersTo(cx: Context): Promise<Answers> {
    await settle();
    const filters: Record<string, string>[] = [
      {},
      { outcome: "denied" },
      { action: "request.create" },
      { purpose: "audit" },
      { actor: bench.regulator.principal.pseudonym },
      { subject: `transaction:${bench.transactions[0]}` },
    ];
    const isReader = cx.principal.role !== "client";
    const lists = [];
    for (const filter of isReader ? filters : []) {
      lists.push(withoutLooking(await everyItem(cx, filter)));
    }
    const accesses = [];
    for (const filter of [{}, { purpose: "audit" }, { transaction_id: bench.transactions[0] }]) {
      const { logs, total_count } = await listAccessLogs(
        cx,
        AccessLogQuery.parse({ ...filter, limit: "500" }),
      );
      accesses.push({ logs, total_count });
    }
    return {
      lists,
      counts: lists.map((items) => items.length),
      accesses,
      ndjson: isReader
        ? (await exported(cx, "ndjson"))
            .filter((line) => line !== "")
            .map(entryOf)
            .filter((line) => !isLooking(line))
        : [],
      csv: isReader ? (await exported(cx, "csv")).filter((line) => !isLooking(line)) : [],
    };
  }

  /** Returns an exported line without the values that describe the whole tree. */
  function entryOf(line: string): string {
    return JSON.stringify({ ...JSON.parse(line), leaf: undefined });
  }

  async function allAnswers(): Promise<Map<string, Answers>> {
    const all = new Map<string, Answers>();
    for (const [name, cx] of observers) all.set(name, await answersTo(cx));
    return all;
  }

  describe("answers to those who may not know are equal with and without (I12)", () => {
    it("a sealed case of another agency changes no answer: filed, commented on, refused, decided, withdrawn; nor does its legal hold", async () => {
      // Each observer has read everything once, so that the second read adds the same entries as always.
      await allAnswers();
      const without = await allAnswers();
      const before = (await readHead(bench.sequencerPool, bench.place.log))?.size ?? 0;
      const id = await bench.file({ who: bench.regulator, asked: { justification: "A sealed examination" } });
      await commentRequest(bench.regulator, id, "Please hurry");
      await decideRequest(bench.legal, id, bench.approval("legal"));
      await decideRequest(bench.regulator, id, bench.approval("coordinator")).catch(() => undefined);
      const other = await bench.draft({ who: bench.regulator });
      await withdrawRequest(bench.regulator, other, "not needed");
      const held = await preserveTransactions(bench.regulator, {
        transactions: [...bench.transactions],
        reason: "sealed",
      });
      await listPreservations(bench.regulator, PreservationQuery.parse({}));
      await renewHold(bench.regulator, held.id, { until: new Date(Date.now() + 2e10).toISOString() });
      await releaseHold(bench.regulator, held.id, { reason: "over" });
      const withCase = await allAnswers();
      expect((await readHead(bench.sequencerPool, bench.place.log))?.size ?? 0).toBeGreaterThan(before + 5);
      for (const name of observers.keys())
        expect([name, withCase.get(name)]).toEqual([name, without.get(name)]);
      // The case's agency and its approvers see it.
      const own = await listEvents(bench.regulator, EventQuery.parse({ subject: `request:${id}` }));
      expect(own.items.length).toBeGreaterThan(2);
    });

    it("only the compliance duty sees a suspicion in lists, details, exports and counts", async () => {
      observers.set("a decider", bench.approver);
      observers.set("legal", bench.legal);
      await allAnswers();
      const without = await allAnswers();
      const [transaction_id] = bench.transactions;
      const unknown = { note: "Structured payments", transaction_id: "00000000-0000-7000-8000-000000000000" };
      await expect(noteSuspicion(compliance, unknown)).rejects.toMatchObject({
        code: "transaction.not-found",
      });
      const { entry_id } = await noteSuspicion(compliance, { note: "Structured payments", transaction_id });
      const withSuspicion = await allAnswers();
      for (const name of observers.keys())
        expect([name, withSuspicion.get(name)]).toEqual([name, without.get(name)]);

      const seq = Number(
        (await bench.appPool.query("SELECT seq FROM audit_leaf WHERE entry_id = $1", [entry_id])).rows[0].seq,
      );
      for (const cx of observers.values())
        if (cx.principal.role !== "client")
          await expect(getEvent(cx, seq)).rejects.toMatchObject({ code: "audit.not-found" });
      const detail = await getEvent(compliance, seq);
      expect(detail.parts.find((part) => part.kind === "suspicion")?.plaintext).toEqual({
        note: "Structured payments",
      });
      const label = detail.parts.find((part) => part.kind === "suspicion")?.c ?? "";
      expect(label).toMatch(/^[\w-]{11}$/);
      const found = await listEvents(
        compliance,
        EventQuery.parse({ subject: `transaction:${transaction_id}` }),
      );
      expect(found.items.map((item) => item.entry_id)).toContain(entry_id);
    });
  });
});
