import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordEvent } from "@/lib/audit/record/record-event";
import { MAX_PART_BYTES } from "@/lib/crypto/log/audit-part";
import { forgeEntry, refusalCode } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
  await bench.exported({ format: "ndjson" });
  await bench.anchor();
});
afterAll(() => bench.close());

async function compartmentOf(kind: string): Promise<string> {
  const { rows } = await bench.admin.query("SELECT id FROM audit_compartment WHERE kind = $1 LIMIT 1", [
    kind,
  ]);
  return rows[0].id;
}

async function partsOf(count: number, bytes: number) {
  const [org, subject] = [await compartmentOf("org"), await compartmentOf("subject")];
  return Array.from({ length: count }, (_, at) => ({
    c: at === count - 1 ? "org" : `${"A".repeat(9)}${String.fromCharCode(65 + at)}A`,
    stored: Buffer.alloc(bytes, at),
    compartmentId: at === count - 1 ? org : subject,
  }));
}

describe("the longest rows that the portal's database login can write", () => {
  it.each([
    ["a part longer than a line has room for", 1, MAX_PART_BYTES + 1, "23514"],
    ["more parts than an entry has", 5, 100, "SP001"],
  ])("%s is refused", async (_, count, bytes, code) => {
    const parts = await partsOf(count, bytes);
    expect(await refusalCode(forgeEntry(bench.appPool, bench.place, { parts }))).toBe(code);
  });

  it("the database refuses a compartment key longer than any valid one", async () => {
    const made = bench.appPool.query(
      "INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key) VALUES ($1, $2, 'subject', $3, $4)",
      [randomUUID(), bench.place.tenantId, "x", Buffer.alloc(1025)],
    );
    expect(await refusalCode(made)).toBe("23514");
  });

  it("bundles with the largest number of the longest parts can still be read", async () => {
    await forgeEntry(bench.appPool, bench.place, { parts: await partsOf(4, MAX_PART_BYTES) });
    await bench.anchor();
    expect(await bench.verdict()).toEqual({ verdict: "wrong", classes: ["part"] });
  });
});

/** Returns the largest memory outside the heap while `act` runs, in addition to the memory before. */
async function peakOf(act: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const look = () => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  };
  const looking = setInterval(look, 5);
  try {
    await act();
  } finally {
    clearInterval(looking);
  }
  return most;
}

it("entries with the longest parts are judged a few at a time, also when they are left out", async () => {
  const parts = await partsOf(4, MAX_PART_BYTES);
  for (let at = 0; at < 100; at += 1) await forgeEntry(bench.appPool, bench.place, { parts, isHidden: true });
  await bench.anchor();
  const exported = await peakOf(() => bench.exported({ format: "csv", parts: "none" }));
  expect(exported / (1 << 20)).toBeLessThan(170);
});

describe("the longest details that the product writes", () => {
  const seen = (text: string) =>
    recordEvent(bench.cx, {
      class: "log",
      outcome: "done",
      action: "audit.keys",
      subjects: [],
      details: { text },
    });

  it("the log records 100,000 characters that take six bytes each", async () => {
    await seen("\u0001".repeat(100_000));
  });

  it("a longer part is refused with a clear error before any write", async () => {
    const message = `a sealed part is longer than ${MAX_PART_BYTES} bytes`;
    await expect(seen("x".repeat(MAX_PART_BYTES))).rejects.toMatchObject({ cause: { message } });
  });
});
