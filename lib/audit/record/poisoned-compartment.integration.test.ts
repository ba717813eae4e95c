import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AuditRecorder } from "@/lib/context/recorder";
import { createLogger } from "@/lib/telemetry/logger";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { recordEvent } from "./record-event";
import { createAuditRecorder } from "./recorder";

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

/** What the portal's database login can write before the portal creates the compartment. */
async function poison(kind: string, subject: string, nth: number): Promise<void> {
  await bench.appPool.query(
    "INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key, nth) VALUES ($1, $2, $3, $4, $5, $6)",
    [randomUUID(), bench.place.tenantId, kind, subject, Buffer.alloc(60), nth],
  );
}

/** The recorder of another portal on the same database. */
function portal(seen: string[]): AuditRecorder {
  const { keystore, appPool: pool, cx } = bench;
  const receiptKey = keystore.readNamedKey("receipt");
  if (receiptKey === undefined) throw new TypeError("no receipt key");
  const logger = createLogger("test", "error", { write: (line) => seen.push(JSON.parse(line).alarm) });
  return createAuditRecorder({ pool, keystore, instance: cx.instance, receiptKey, logger });
}

async function countOf(kind: string, subject: string): Promise<number> {
  const { rows } = await bench.admin.query(
    "SELECT count(*)::int AS n FROM audit_compartment WHERE kind = $1 AND subject = $2",
    [kind, subject],
  );
  return rows[0].n;
}

it.each(["case", "suspicion"] as const)(
  "compartments that the login made before the portal do not stop any record (%s)",
  async (kind) => {
    const caseId = randomUUID();
    const subject = kind === "case" ? caseId : bench.place.tenantId;
    for (const nth of [0, 1, 3]) await poison(kind, subject, nth);
    const more = kind === "case" ? { caseId, caseDetails: { order: "x" } } : { suspicion: { why: "x" } };
    const record = (audit = bench.cx.audit) =>
      recordEvent(
        { ...bench.cx, audit },
        { class: "log", outcome: "done", action: "audit.keys", subjects: [], ...more },
      );
    await record();
    const seen: string[] = [];
    const others = Array.from({ length: 3 }, () => portal(seen));
    await Promise.all(others.map((audit) => record(audit)));
    expect(await countOf(kind, subject)).toBe(4);
    expect(seen).toEqual([]);
  },
);

it("several portals that find no compartment that opens create one together, and log it", async () => {
  const caseId = randomUUID();
  await poison("case", caseId, 0);
  const seen: string[] = [];
  const portals = Array.from({ length: 4 }, () => portal(seen));
  await Promise.all(
    portals.map((audit) =>
      recordEvent(
        { ...bench.cx, audit },
        { class: "log", outcome: "done", action: "audit.keys", subjects: [], caseId },
      ),
    ),
  );
  expect(await countOf("case", caseId)).toBe(2);
  expect(new Set(seen)).toEqual(new Set(["log.compartment"]));
});

it("a person has one compartment, even if it does not open", async () => {
  await expect(poison("subject", "p_x", 1)).rejects.toMatchObject({ code: "23514" });
});
