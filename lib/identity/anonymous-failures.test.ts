import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "@/lib/clock";
import type { AuditContext } from "@/lib/context/context";
import type { EntryRows } from "@/lib/context/recorder";
import { DomainError } from "@/lib/errors";
import { createAnonymousFailures } from "@/lib/identity/anonymous-failures";
import { createLogger } from "@/lib/telemetry/logger";

const MINUTE_MS = 60_000;
let written: EntryRows[];

beforeEach(() => {
  written = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A recorder that keeps the entries in memory. */
function context(): AuditContext {
  const compartment = { id: "018f0000-0000-7000-8000-000000000001", key: new Uint8Array(32) };
  return {
    instance: { log: "log.test/a", tenantId: compartment.id, tenantPseudonym: "t_a", evaluation: true },
    clock: systemClock,
    client: {},
    requestId: "r",
    audit: {
      compartments: {
        open: async () => compartment,
        openById: async () => new Map(),
        openNamed: async () => new Map(),
        forget: () => undefined,
        hear: () => undefined,
      },
      receiptSigner: { name: "n", publicKey: new Uint8Array(32) },
      append: async (rows) => void written.push(rows),
      sign: async () => new Uint8Array(64),
      onceWithin: (_key, _windowMs, act) => act(),
      drain: async () => undefined,
    },
  };
}

const failures = () => createAnonymousFailures(createLogger("test", "silent"));
const invalid = new DomainError("auth.invalid");

test("one caller's failures are written once a minute, and the others are counted at its end", async () => {
  const [all, cx] = [failures(), context()];
  for (let at = 0; at < 50; at += 1) await all.note(cx, "192.0.2.1", "sp_a", invalid);
  expect(written).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(written).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
  expect(written).toHaveLength(2);
});

test("a caller who makes up a new key prefix each time cannot fill the log", async () => {
  const [all, cx] = [failures(), context()];
  for (let at = 0; at < 5_000; at += 1) await all.note(cx, "192.0.2.1", `sp_${at}`, invalid);
  expect(written.length).toBeLessThanOrEqual(10);
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(written.length).toBeLessThanOrEqual(20);
});

test("many addresses at once share one tally past a thousand", async () => {
  const [all, cx] = [failures(), context()];
  for (let at = 0; at < 3_000; at += 1)
    await all.note(cx, `2001:db8::${at.toString(16)}`, undefined, invalid);
  expect(written.length).toBeLessThanOrEqual(1_001);
});
