import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { recordEvent } from "@/lib/audit/record/record-event";
import { NewExport } from "@/lib/audit/schema";
import { integrateBatch } from "@/lib/audit/sequencer/sequencer";
import type { Context } from "@/lib/context/context";
import { inRawSnapshot } from "@/lib/db/transaction";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { requestOf } from "../export-log";
import { downloadExport } from "../jobs/download-export";
import { requestExport } from "../jobs/request-export";
import { runNextExport } from "../jobs/run-export";
import { produceExport } from "../produce-export";

const HOUR_MS = 60 * 60_000;
const NOBODYS = "01936f2a-7c1b-7def-8a10-999999999999";

let bench: OwnedLog;
let auditor: Context;
/** The same auditor, an hour later. */
let late: Context;

beforeAll(async () => {
  bench = await createOwnedLog();
  ({ auditor } = bench);
  late = ahead(auditor, HOUR_MS);
});
afterAll(() => bench.close());

/** The same context with a clock that is ahead. */
function ahead<C extends Pick<Context, "clock">>(cx: C, ms: number): C {
  const { clock } = cx;
  const now = () => new Date(clock.nowMs() + ms);
  const nowMicros = () => clock.nowMicros() + BigInt(ms) * 1_000n;
  return { ...cx, clock: { ...clock, now, nowMicros, nowMs: () => clock.nowMs() + ms } };
}

/** A person with one entry that has a leaf, and their compartment. */
async function personOf(): Promise<string> {
  const person = await bench.person({ role: "client" });
  await recordEvent(person, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });
  await bench.anchor();
  const { rows } = await bench.admin.query(
    "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
    [person.principal.pseudonym],
  );
  return rows[0].id;
}

/** Erases a person's compartment, as the retention role does. The entry waits for its leaf. Returns that entry's id. */
async function erase(compartment: string): Promise<string> {
  const erasure = await erasureOf(bench.cx, compartment);
  await pastTriggers(bench.admin, ["audit_compartment"], () =>
    bench.admin.query("UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1", [
      compartment,
    ]),
  );
  return (await recordEvent(auditor, erasure)).id;
}

/** Makes queries for erasures return no number for this entry, as the database owner could. */
async function whileUnnumbered(entry: string, look: () => Promise<void>): Promise<void> {
  const { admin } = bench;
  await admin.query(`CREATE POLICY waits ON audit_leaf USING (current_user NOT LIKE 'sealport_app%'
    OR current_query() NOT LIKE '%compartment.erase%' OR entry_id <> '${entry}')`);
  await admin.query("ALTER TABLE audit_leaf ENABLE ROW LEVEL SECURITY");
  try {
    await look();
  } finally {
    await admin.query("ALTER TABLE audit_leaf DISABLE ROW LEVEL SECURITY");
    await admin.query("DROP POLICY waits ON audit_leaf");
  }
}

const textOf = async (query: Record<string, string>, cx?: Context) =>
  new TextDecoder().decode(await bench.exported(query, cx));
/** Returns the verdict on a late bundle, and its findings about erased parts. */
async function erasedFaults(filter: Record<string, string>): Promise<string> {
  const { verdict, findings } = await bench.reported(filter, late);
  const details = findings.flatMap((one) => (one.class === "erased" ? [one.detail] : []));
  return `${verdict}: ${details.join("; ")}`;
}
const FILTER = { action: "audit.keys" };

describe("an erasure whose own entry has no number according to the database", () => {
  it("such an erasure explains nothing in a bundle, whole or filtered, long after it was made", async () => {
    const entry = await erase(await personOf());
    await bench.anchor();
    expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
    await whileUnnumbered(entry, async () => {
      for (const filter of [{}, FILTER])
        expect(await erasedFaults(filter)).toMatch(/^wrong: part .* has no key/);
    });
    expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
  });

  it("such an erasure does not count in a table or in NDJSON", async () => {
    const entry = await erase(await personOf());
    await bench.anchor();
    const before = await textOf({ format: "csv", ...FILTER });
    expect(before).toContain("[erased]");
    expect(before).not.toContain("[key missing]");
    expect(await textOf({ format: "ndjson", ...FILTER })).toMatch(/"erased":\["[\w-]{11}"\],"leaf"/);
    await whileUnnumbered(entry, async () => {
      expect(await textOf({ format: "csv", ...FILTER }, late)).toContain("[key missing]");
      const lines = (await textOf({ format: "ndjson", ...FILTER }, late)).trimEnd().split("\n");
      expect(lines.at(-1)).toMatch(/"parts":\[\{.*"kind":"subject","stored"/);
      expect(lines.at(-1)).not.toContain(`"erased"`);
    });
  });

  it("no bundle is made while such an erasure may still be waiting", async () => {
    const entry = await erase(await personOf());
    await bench.anchor();
    await whileUnnumbered(entry, async () => {
      await expect(bench.verdict()).rejects.toMatchObject({ code: "export.erasure", status: 503 });
    });
    expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
  }, 30_000);

  it("an erasure with a number but no checkpoint explains nothing long after it was made", async () => {
    await erase(await personOf());
    while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
    expect(await erasedFaults({})).toMatch(/^wrong: part .* has no key/);
    await bench.anchor();
    expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
  });
});

describe("an honest erasure that waits for its checkpoint", () => {
  it("a bundle must be requested again, and tables show the part as erased", async () => {
    await erase(await personOf());
    await expect(bench.verdict()).rejects.toMatchObject({
      code: "export.erasure",
      retryAfterSeconds: expect.any(Number),
    });
    const csv = await textOf({ format: "csv", ...FILTER });
    expect(csv).toContain("[erased]");
    expect(csv.match(/\[key missing\]/g)).toBeNull();
    await bench.anchor();
    expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
  }, 30_000);

  it("a reader without persons' parts does not wait for the erasure", async () => {
    await erase(await personOf());
    const regulator = await bench.person({ role: "regulator" });
    expect((await bench.verdict({}, regulator)).verdict).toBe("verified");
    expect((await bench.verdict({ parts: "none" })).verdict).toBe("verified");
    await bench.anchor();
  });

  it("a job that began before the erasure had its number includes the erasure in its bundle", async () => {
    const entry = await erase(await personOf());
    const { id } = await requestExport(auditor, NewExport.parse({ format: "bundle" }));
    const { db, instance, clock, audit } = bench.cx;
    let begun = () => {};
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const findReader = (userId: string) => {
      begun();
      return findReaderById(bench.cx, userId);
    };
    const { keystore } = bench;
    const worker = {
      db,
      instance,
      clock,
      audit,
      findReader,
      keystore,
      logger: auditor.logger,
      keepMs: HOUR_MS,
    };
    const run = runNextExport(worker);
    await isBegun;
    await bench.anchor();
    await run;
    const { response } = await downloadExport(auditor, id, {});
    const bytes = new Uint8Array(await response.arrayBuffer());
    const report = await verifyBundle(bytes, { policy: Policy.parse(bench.policy) });
    expect([report.verdict, report.findings]).toEqual(["verified", []]);
    expect(Buffer.from(bytes).includes(entry)).toBe(true);
  }, 30_000);

  it("an erasure since the last check gives an error answer and not a broken download", async () => {
    await erase(await personOf());
    let isBegun = false;
    const sink = {
      write: async () => {},
      begun: () => {
        isBegun = true;
      },
    };
    const made = inRawSnapshot(bench.cx, (tx) =>
      produceExport(auditor, tx, requestOf(auditor, { format: "bundle" }, NOBODYS), sink),
    );
    await expect(made).rejects.toMatchObject({ code: "export.erasure" });
    expect(isBegun).toBe(false);
    await bench.anchor();
  });

  it("an erasure during a bundle whose snapshot lacks it ends the bundle", async () => {
    const compartment = await personOf();
    const request = requestOf(auditor, { format: "bundle" }, NOBODYS);
    const made = inRawSnapshot(bench.cx, async (tx) => {
      await tx.query("SELECT count(*) FROM audit_leaf");
      await erase(compartment);
      await bench.anchor();
      return produceExport(auditor, tx, request, { write: async () => {} });
    });
    await expect(made).rejects.toMatchObject({ code: "export.erasure" });
    expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
  });
});
