import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { releaseHold, renewHold } from "@/lib/access/preservations/change-preservation";
import { listPreservations } from "@/lib/access/preservations/list-preservations";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { PreservationQuery } from "@/lib/access/preservations/schema";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createTenant } from "@/lib/identity/people/tenant";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { exportLog } from "../export/export-log";
import { noteSuspicion } from "../record/note-suspicion";
import { type EventItem, EventQuery, ExportQuery } from "../schema";
import { insertCheckpoint } from "../sequencer/checkpoint-store";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { readHead } from "../sequencer/store";
import { AccessLogQuery } from "./access-logs";
import { getEvent } from "./get-event";
import { listAccessLogs } from "./list-access-logs";
import { listEvents } from "./list-events";

let bench: AccessBench;
/** The officer of another agency than the regulator. Its case is sealed from everyone here. */
let agency: BenchPerson;
let compliance: BenchPerson;
let otherTenant: Context;
const observers = new Map<string, Context>();

beforeAll(async () => {
  bench = await createAccessBench();
  await prepareLog(bench.sequencerPool, bench.place);
  agency = await bench.person({ role: "regulator", hasKey: false });
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  otherTenant = await secondTenant();
  observers.set("another agency", agency);
  observers.set("an internal auditor", bench.auditor);
  observers.set("a participant", bench.client);
  observers.set("support", bench.support);
  observers.set("another tenant", otherTenant);
});
afterAll(() => bench?.close());

/** An auditor of a second tenant whose entries are in the same log. */
async function secondTenant(): Promise<Context> {
  const tenantId = uuidv7(Date.now());
  const tenantPseudonym = `t_${toBase64url(randomBytes(6))}`;
  const instance = { ...bench.cx.instance, tenantId, tenantPseudonym };
  await createTenant({ ...bench.cx, instance }, bench.place.log);
  const { principal } = bench.auditor;
  return { ...bench.auditor, instance, principal: { ...principal, tenantId, pseudonym: tenantPseudonym } };
}

/** Integrates everything with a checkpoint, because exports end at one. */
async function settle(): Promise<void> {
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
  const head = await readHead(bench.sequencerPool, bench.place.log);
  if (head === undefined) throw new TypeError("no log");
  await insertCheckpoint(bench.sequencerPool, bench.place, { ...head, note: "for a test" }, []);
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
    const { logs, total_count } = await listAccessLogs(cx, AccessLogQuery.parse({ ...filter, limit: "500" }));
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

  it("only the duty compliance sees a suspicion in lists, details, exports and counts", async () => {
    observers.set("a decider", bench.approver);
    observers.set("legal", bench.legal);
    await allAnswers();
    const without = await allAnswers();
    const [transaction_id] = bench.transactions;
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
