import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { insertCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Collector } from "@/lib/env/collector";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { openSyslogCollector, type SyslogCollector } from "@/lib/testing/servers/syslog-collector";
import { BATCH, forwardLog } from "./forward-log";

let bench: UseCaseBench;
let server: SyslogCollector;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(async () => {
  await server?.close();
  await bench?.close();
});
beforeEach(async () => {
  await server?.close();
  server = await openSyslogCollector();
});

const event = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  class: "access",
  outcome: "denied",
  action: "request.read",
  subjects: [],
  ...more,
});
const write = async (count: number, more: Partial<AuditEvent> = {}) => {
  for (let at = 0; at < count; at += 1) await recordEvent({ ...bench.cx, system: "portal" }, event(more));
};

/** Gives each entry its number, and signs all but so many. Returns how many are signed. */
async function sign(all = true): Promise<number> {
  await bench.integrate();
  const { rows } = await bench.appPool.query("SELECT size::int FROM audit_head WHERE log = $1", [
    bench.place.log,
  ]);
  const size: number = rows[0].size;
  const note = `${bench.place.log}\n${size}\n`;
  if (all)
    await insertCheckpoint(bench.sequencerPool, bench.place, { size, root: new Uint8Array(32), note }, []);
  return size;
}

const portal = (collector: Collector, more: object = {}) => ({
  ...bench.cx,
  system: "portal",
  collector,
  ...more,
});
async function forwardAll(collector: Collector): Promise<void> {
  while (await forwardLog(portal(collector)));
}
const numbersIn = (messages: readonly string[]) =>
  messages.map((message) => Number(/ seq="(\d+)"/.exec(message)?.[1] ?? Number.NaN));

/** Numbers of the entries that may be sent. */
async function openNumbers(size: number): Promise<number[]> {
  const { rows } = await bench.appPool.query(
    `SELECT l.seq::int FROM audit_leaf l JOIN audit_index i ON i.entry_id = l.entry_id
     WHERE l.log = $1 AND l.seq < $2 AND i.case_id IS NULL AND NOT i.is_suspicion ORDER BY l.seq`,
    [bench.place.log, size],
  );
  return rows.map(({ seq }) => seq);
}

describe("the log sent to a collector", () => {
  it("arrives whole, in order, as RFC 5424 with its length before each message, and its beginning is an entry", async () => {
    await write(3);
    const size = await sign();
    await forwardAll(server.collector);
    expect(numbersIn(server.messages)).toEqual(await openNumbers(size));
    for (const message of server.messages)
      expect(message).toMatch(
        /^<\d{1,3}>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z \S{1,255} sealport log \S{1,32} \[entry@32473 (?:[a-z]+="(?:[^"\\\]]|\\["\\\]])*" ?)+\] \S+ \S+$/,
      );
    const { rows } = await bench.appPool.query(
      `SELECT i.actor, i.outcome FROM audit_forward f JOIN audit_index i ON i.entry_id = f.entry_id WHERE f.target = $1`,
      [server.collector.name],
    );
    expect(rows).toEqual([{ actor: "system:portal", outcome: "done" }]);
  });

  it("goes on where it ended, and sends nothing that no checkpoint covers", async () => {
    const before = await sign();
    await forwardAll(server.collector);
    const had = server.messages.length;
    await write(2);
    await sign(false);
    await forwardAll(server.collector);
    expect(server.messages).toHaveLength(had);
    const size = await sign();
    await forwardAll(server.collector);
    expect(numbersIn(server.messages.slice(had))).toEqual(
      (await openNumbers(size)).filter((seq) => seq >= before),
    );
  });

  it("has no entry of an agency's case and none about a suspicion", async () => {
    await write(1, { caseId: uuidv7(Date.now()), caseDetails: { a: 1 } });
    await write(1, { suspicion: { text: "CANARY" } });
    const size = await sign();
    await forwardAll(server.collector);
    const open = await openNumbers(size);
    expect(open.length).toBeLessThan(size);
    expect(numbersIn(server.messages)).toEqual(open);
    expect(server.messages.join()).not.toContain("CANARY");
  });

  it("is sent again from its last whole batch when the collector breaks off", async () => {
    await write(3);
    const size = await sign();
    server.cutAfter(2);
    await expect(forwardLog(portal(server.collector))).rejects.toMatchObject({ name: "CollectorError" });
    expect(server.messages).toHaveLength(2);
    await forwardAll(server.collector);
    expect([...new Set(numbersIn(server.messages))].sort((a, b) => a - b)).toEqual(await openNumbers(size));
  });

  it("waits while the collector is away, and nothing is lost", async () => {
    const { collector } = server;
    await server.close();
    await write(1);
    const size = await sign();
    await expect(forwardLog(portal(collector))).rejects.toMatchObject({ code: "ECONNREFUSED" });
    server = await openSyslogCollector();
    // Another address is another collector, which gets the log from its first entry on.
    await forwardAll(server.collector);
    expect(numbersIn(server.messages)).toEqual(await openNumbers(size));
  });

  it("is sent once by two portals, and by another one when the first is gone in the middle", async () => {
    await write(4);
    const size = await sign();
    await Promise.all([forwardAll(server.collector), forwardAll(server.collector)]);
    await forwardAll(server.collector);
    expect(numbersIn(server.messages)).toEqual(await openNumbers(size));
    // A portal that is killed leaves its lease.
    await bench.appPool.query("UPDATE audit_forward SET lease_until = now() + interval '60 seconds'");
    await write(1);
    const more = await sign();
    await forwardAll(server.collector);
    expect(numbersIn(server.messages)).toHaveLength((await openNumbers(size)).length);
    const later = fixedClock(new Date(Date.now() + 61_000));
    while (await forwardLog(portal(server.collector, { clock: later })));
    expect(numbersIn(server.messages)).toEqual(await openNumbers(more));
  });

  it("takes several connections when it is long", async () => {
    await Promise.all(Array.from({ length: 8 }, () => write(BATCH / 8 + 1)));
    const size = await sign();
    await forwardAll(server.collector);
    expect(numbersIn(server.messages)).toEqual(await openNumbers(size));
    expect(server.connections()).toBeGreaterThan(1);
  });

  it("goes over TLS only to a collector whose certificate leads to the file's", async () => {
    const size = await sign();
    const secure = await openSyslogCollector({ isSecure: true });
    const other = await openSyslogCollector({ isSecure: true });
    try {
      const { ca: _own, ...unknown } = secure.collector;
      await expect(forwardLog(portal(unknown))).rejects.toMatchObject({
        code: expect.stringMatching(/CERT/),
      });
      const wrong = { ...secure.collector, ca: other.collector.ca };
      await expect(forwardLog(portal(wrong))).rejects.toMatchObject({ name: "CollectorError" });
      expect(secure.messages).toEqual([]);
      await forwardAll(secure.collector);
      expect(numbersIn(secure.messages)).toEqual(await openNumbers(size));
    } finally {
      await secure.close();
      await other.close();
    }
  });
});
