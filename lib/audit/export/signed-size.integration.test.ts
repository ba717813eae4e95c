import path from "node:path";
import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { requestExport } from "@/lib/audit/export/jobs/request-export";
import { runNextExport } from "@/lib/audit/export/jobs/run-export";
import { recordEvent } from "@/lib/audit/record/record-event";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { startNewLog } from "@/lib/audit/recovery/start-new-log";
import { NewExport } from "@/lib/audit/schema";
import { prepareLog } from "@/lib/audit/sequencer/sequencer";
import { openEntryFile } from "@/lib/audit/signer/entry-file";
import { signerHandler } from "@/lib/audit/signer/serve-signer";
import { systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { openOwnerPool } from "@/lib/db/migrate";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { serveHttp } from "@/lib/ipc/server";
import { openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

/** Opens a log whose portal can ask the signer how far it signed. */
async function openSigned(): Promise<OwnedLog> {
  const bench = await createOwnedLog();
  Object.assign(bench.cx.instance, { signerUrl: `unix:${path.join(bench.dataDir, "s.sock")}` });
  return bench;
}

const record = (bench: OwnedLog) =>
  recordEvent(bench.auditor, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });

/** Returns the verdict on a whole bundle, or the error code. */
async function verdictOf(bench: OwnedLog): Promise<string> {
  try {
    return (await bench.reported()).verdict;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

describe("two answers", () => {
  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await openSigned();
  });
  afterAll(() => bench.close());

  /** Returns the size of a whole bundle and the verdict on it, or the error code. */
  async function bundle(): Promise<string> {
    try {
      const { size, verdict } = await bench.reported();
      return `${verdict} over ${size}`;
    } catch (error) {
      return error instanceof Error && "code" in error ? String(error.code) : String(error);
    }
  }

  async function anchored(): Promise<number> {
    await record(bench);
    await bench.anchor();
    const { rows } = await bench.admin.query("SELECT max(size)::int AS size FROM audit_checkpoint");
    return rows[0].size;
  }

  /** As the owner, makes one query about the log return all of it, and the next only its beginning. */
  const hide = (kept: number) => [
    `CREATE POLICY early ON audit_checkpoint AS RESTRICTIVE USING (current_user NOT LIKE 'sealport_app%'
     OR current_query() LIKE '%max(size)%' OR size <= ${kept})`,
    "CREATE POLICY late ON audit_leaf AS RESTRICTIVE USING (current_query() NOT LIKE '%oldest_at%')",
  ];
  const SHOW = ["DROP POLICY early ON audit_checkpoint", "DROP POLICY late ON audit_leaf"];

  it("no whole bundle ends before the signed size if the owner answers one question in two ways", async () => {
    const kept = await anchored();
    const signed = await anchored();
    expect(await bundle()).toBe(`verified over ${signed}`);
    for (const statement of hide(kept)) await bench.admin.query(statement);
    try {
      expect(await bundle()).toBe("export.index");
    } finally {
      for (const statement of SHOW) await bench.admin.query(statement);
    }
    expect(await bundle()).toMatch(/^verified over/);
  });
});

describe("a database that was set back", () => {
  const TABLES = [
    "audit_checkpoint",
    "audit_leaf",
    "audit_queue",
    "audit_part",
    "audit_index",
    "audit_entry",
    "audit_head",
    "audit_tile",
  ];

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await openSigned();
  });
  afterAll(() => bench.close());

  const bundle = () => verdictOf(bench);

  it("no whole bundle is made of a log whose owner keeps the newest checkpoints out of the database", async () => {
    const { log } = bench.place;
    await record(bench);
    await bench.anchor();
    await record(bench);
    await bench.anchor();
    expect(await bundle()).toBe("verified");
    await bench.anchor();
    await pastTriggers(bench.admin, TABLES, async () => {
      await bench.admin.query(
        "DELETE FROM audit_checkpoint WHERE log = $1 AND size > (SELECT min(size) FROM audit_checkpoint)",
        [log],
      );
      await bench.admin.query("UPDATE audit_leaf SET integrated_at = now() WHERE log = $1", [log]);
    });
    expect(await bundle()).toBe("export.index");
    await bench.anchor();
    expect(await bundle()).toBe("verified");
    await bench.anchor();
  });

  it("no whole bundle is made of a log whose owner removed the newest entries with their checkpoint", async () => {
    const { log } = bench.place;
    await record(bench);
    await bench.anchor();
    const head = await bench.admin.query(
      "SELECT size, root, chain, frontier FROM audit_head WHERE log = $1",
      [log],
    );
    const tiles = await bench.admin.query("SELECT * FROM audit_tile WHERE log = $1", [log]);
    const [{ size, root, chain, frontier }] = head.rows;
    const { id } = await record(bench);
    await bench.anchor();
    expect(await bundle()).toBe("verified");
    await bench.anchor();
    await pastTriggers(bench.admin, TABLES, async () => {
      const beyond = "(SELECT entry_id FROM audit_leaf WHERE log = $1 AND seq >= $2)";
      for (const table of ["audit_part", "audit_index", "audit_queue"])
        await bench.admin.query(`DELETE FROM ${table} WHERE entry_id IN ${beyond}`, [log, size]);
      await bench.admin.query(`DELETE FROM audit_entry WHERE id IN ${beyond}`, [log, size]);
      await bench.admin.query("DELETE FROM audit_leaf WHERE log = $1 AND seq >= $2", [log, size]);
      await bench.admin.query("DELETE FROM audit_checkpoint WHERE log = $1 AND size > $2", [log, size]);
      await bench.admin.query("DELETE FROM audit_tile WHERE log = $1", [log]);
      for (const { level, index, width, hashes, tenant_id } of tiles.rows)
        await bench.admin.query(
          "INSERT INTO audit_tile (log, level, index, width, hashes, tenant_id) VALUES ($1, $2, $3, $4, $5, $6)",
          [log, level, index, width, hashes, tenant_id],
        );
      await bench.admin.query(
        "UPDATE audit_head SET size = $2, root = $3, chain = $4, frontier = $5 WHERE log = $1",
        [log, size, root, chain, frontier],
      );
    });
    const gone = await bench.admin.query("SELECT 1 FROM audit_entry WHERE id = $1", [id]);
    expect(gone.rows).toEqual([]);
    expect(await bundle()).toBe("export.index");
  });
});

describe("a signer that is stopped", () => {
  const HIDDEN = "sealport_signer%";
  const TABLES = ["audit_checkpoint", "audit_leaf"];

  /**
   * How the owner stops the signer from reading the log, how it is undone, and the result of a whole bundle meanwhile.
   */
  const WAYS = {
    "shows the signer's login no head": {
      shut: [`CREATE POLICY others ON audit_head AS RESTRICTIVE USING (current_user NOT LIKE '${HIDDEN}')`],
      open: ["DROP POLICY others ON audit_head"],
      whole: "export.index",
    },
    "takes the right to read the head from the signer's login": {
      shut: ["REVOKE SELECT ON audit_head FROM sealport_signer"],
      open: ["GRANT SELECT ON audit_head TO sealport_signer"],
      whole: "verified",
    },
  } as const;

  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await openSigned();
  });
  afterAll(() => bench.close());

  const bundle = () => verdictOf(bench);

  /** As the owner, leaves only the first checkpoint and makes the later entries look recent. */
  async function keepNewestOut(): Promise<void> {
    const { log } = bench.place;
    await pastTriggers(bench.admin, TABLES, async () => {
      await bench.admin.query(
        "DELETE FROM audit_checkpoint WHERE log = $1 AND size > (SELECT min(size) FROM audit_checkpoint)",
        [log],
      );
      await bench.admin.query("UPDATE audit_leaf SET integrated_at = now() WHERE log = $1", [log]);
    });
  }

  beforeEach(async () => {
    await record(bench);
    await bench.anchor();
    await record(bench);
    await bench.anchor();
  });
  afterEach(() => bench.anchor());

  it.each(Object.entries(WAYS))(
    "no whole bundle ends before the signed size if the owner %s",
    async (_name, { shut, open, whole }) => {
      expect(await bundle()).toBe("verified");
      await bench.anchor();
      for (const statement of shut) await bench.admin.query(statement);
      try {
        expect(await bundle()).toBe(whole);
        await keepNewestOut();
        expect(await bundle()).toBe("export.index");
      } finally {
        for (const statement of open) await bench.admin.query(statement);
      }
      await bench.anchor();
      expect(await bundle()).toBe("verified");
    },
  );
});

describe("a signer that is lost", () => {
  let bench: OwnedLog;
  beforeAll(async () => {
    bench = await createOwnedLog();
  });
  afterAll(() => bench.close());

  it("a bundle is made with an alarm if the signer lost its store and mark and no longer vouches for it", async () => {
    const lines: string[] = [];
    const cx = {
      ...bench.auditor,
      logger: createLogger("test", "info", { write: (line) => void lines.push(line) }),
    };
    const alarms = async (): Promise<unknown[]> => {
      lines.length = 0;
      await bench.exported({ format: "bundle" }, cx);
      return lines.flatMap((line) => JSON.parse(line).alarm ?? []);
    };
    const keystore = await openLocalKeystore({
      dir: bench.signerKeyDir,
      unlock: { passphrase: TEST_PASSPHRASE },
    });
    const { log } = bench.place;
    const file = await openEntryFile(path.join(bench.dataDir, "other"), log);
    const signer = {
      pool: bench.signerPool,
      file,
      log,
      signer: loadSigningKey(keystore, "log"),
      clock: systemClock,
    };
    const url = `unix:${path.join(bench.dataDir, "o.sock")}`;
    const server = await serveHttp(url, signerHandler(signer, createLogger("test", "silent")));
    Object.assign(bench.cx.instance, { signerUrl: url });
    try {
      // A new log has no signed tree, so no store was lost.
      expect(await alarms()).toEqual([]);
      await recordEvent(bench.auditor, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });
      await bench.anchor();
      expect(await alarms()).toEqual(["export.signer"]);
    } finally {
      await server.close();
      await file.close();
    }
  });
});

describe("a closed log", () => {
  let bench: OwnedLog;
  let owner: Pool;
  let old: string;
  let auditor: Context;
  /** A waiting background export that was requested before the closing. */
  let job: string;
  /** Number of entries under the closed log's newest checkpoint at the closing. */
  let size: number;

  beforeAll(async () => {
    bench = await createOwnedLog();
    owner = openOwnerPool(bench.database.adminUrl, bench.database.tenantId);
    old = bench.place.log;
    for (let n = 0; n < 2; n += 1) {
      await recordEvent(bench.auditor, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });
      await bench.anchor();
    }
    job = (await requestExport(bench.auditor, NewExport.parse({ format: "bundle" }))).id;
    const newest = await bench.admin.query("SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1");
    const [oldVkey = ""] = bench.policy.log;
    const place = { ...bench.place, log: `${old}/2` };
    const checkpoint: string = newest.rows[0].note;
    size = (await startNewLog(owner, bench.place, { origin: place.log, checkpoint, oldVkey })).anchored;
    await prepareLog(bench.sequencerPool, place);
    const closed = {
      origin: old,
      log: bench.policy.log,
      receipts: bench.policy.receipts,
      witnesses: [],
      size,
    };
    const instance = { ...bench.auditor.instance, log: place.log, closedLogs: [closed] };
    const receiptKey = bench.keystore.readNamedKey("receipt");
    if (receiptKey === undefined) throw new TypeError("no receipt key");
    const audit = createAuditRecorder({
      pool: bench.appPool,
      keystore: bench.keystore,
      instance,
      receiptKey,
    });
    auditor = { ...bench.auditor, instance, audit };
  });
  afterAll(async () => {
    await owner?.end();
    await bench?.close();
  });

  /** Returns the result of a whole bundle of the closed log: findings by class, or the error code. */
  async function bundle(): Promise<unknown> {
    try {
      const report = await bench.reported({ log: old }, auditor);
      return [
        report.size,
        report.findings.filter(({ class: of }) => of !== "manifest").map((one) => one.class),
      ];
    } catch (error) {
      return error instanceof Error && "code" in error ? error.code : String(error);
    }
  }

  it("an export requested of the log that is now closed is not made of the present log", async () => {
    await bench.admin.query(
      "UPDATE audit_export SET options = options || jsonb_build_object('log', $1::text)",
      [auditor.instance.log],
    );
    const { db, clock } = bench.cx;
    const { instance, audit, logger } = auditor;
    const findReader = (userId: string) => findReaderById(bench.cx, userId);
    const worker = {
      db,
      clock,
      instance,
      audit,
      logger,
      keystore: bench.keystore,
      findReader,
      keepMs: 86_400_000,
    };
    while (await runNextExport(worker));
    const { rows } = await bench.admin.query("SELECT state FROM audit_export WHERE id = $1", [job]);
    expect(rows).toEqual([{ state: "failed" }]);
  });

  it("no bundle of a closed log ends before the checkpoint at its closing", async () => {
    expect(size).toBeGreaterThan(1);
    expect(await bundle()).toEqual([size, []]);
    const { rows } = await bench.admin.query("SELECT * FROM audit_checkpoint WHERE log = $1 AND size = $2", [
      old,
      size,
    ]);
    await pastTriggers(bench.admin, ["audit_checkpoint"], () =>
      bench.admin.query("DELETE FROM audit_checkpoint WHERE log = $1 AND size = $2", [old, size]),
    );
    expect(rows).toHaveLength(1);
    // It would claim that no checkpoint covered the later entries when the log was closed.
    expect(await bundle()).toBe("export.index");
  });
});
