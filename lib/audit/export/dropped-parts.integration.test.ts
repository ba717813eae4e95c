import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/context";
import { createLogBench, type LogBench } from "@/lib/testing/log-bench";
import { pastTriggers } from "@/lib/testing/seed-index";
import { recordEvent } from "../record-event";
import { ExportQuery } from "../schema";
import { Policy } from "../verify/bundle-format";
import { verifyBundle } from "../verify/verify-bundle";
import { exportLog } from "./export-log";

let bench: LogBench;
let auditor: Context;
let admin: Client;
let entry: string;

beforeAll(async () => {
  bench = await createLogBench();
  auditor = await bench.person({ role: "auditor" });
  admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await bench.close();
});
beforeEach(async () => {
  const recorded = await recordEvent(auditor, {
    class: "log",
    outcome: "done",
    action: "audit.keys",
    subjects: [],
  });
  entry = recorded.id;
  await bench.anchor();
});

async function bodyOf(query: Record<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  const { response } = await exportLog(auditor, ExportQuery.parse(query));
  return new Uint8Array(await response.arrayBuffer());
}

async function verdict(more: Record<string, string> = {}) {
  const policy = Policy.parse(bench.policy);
  const report = await verifyBundle(await bodyOf({ format: "bundle", ...more }), { policy });
  return { verdict: report.verdict, classes: [...new Set(report.findings.map((one) => one.class))] };
}

/** Runs a statement over the entry's parts as the database's owner could, and puts them back afterwards. */
async function whileChanged(statement: string, look: () => Promise<void>): Promise<void> {
  const { rows } = await admin.query("SELECT * FROM audit_part WHERE entry_id = $1", [entry]);
  await pastTriggers(admin, ["audit_part"], () => admin.query(statement, [entry]));
  try {
    await look();
  } finally {
    await pastTriggers(admin, ["audit_part"], async () => {
      await admin.query("DELETE FROM audit_part WHERE entry_id = $1", [entry]);
      for (const { entry_id, c, tenant_id, compartment_id, stored } of rows)
        await admin.query(
          "INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored) VALUES ($1, $2, $3, $4, $5)",
          [entry_id, c, tenant_id, compartment_id, stored],
        );
    });
  }
}

describe("sealed parts that the owner of the database drops", () => {
  it("are named by the verifier of a bundle", async () => {
    expect(await verdict()).toEqual({ verdict: "verified", classes: [] });
    await whileChanged("DELETE FROM audit_part WHERE entry_id = $1", async () => {
      expect(await verdict()).toEqual({ verdict: "wrong", classes: ["part"] });
    });
  });

  it("are named where they were moved to a compartment of a kind that the reader does not read", async () => {
    await admin.query(
      `INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key)
       SELECT gen_random_uuid(), tenant_id, 'suspicion', tenant_id::text, sealed_key FROM audit_compartment
       WHERE kind = 'org' LIMIT 1 ON CONFLICT DO NOTHING`,
    );
    const moved = `UPDATE audit_part SET compartment_id = (SELECT id FROM audit_compartment WHERE kind = 'suspicion' LIMIT 1)
      WHERE entry_id = $1 AND c = 'org'`;
    await whileChanged(moved, async () => {
      expect(await verdict()).toEqual({ verdict: "wrong", classes: ["part"] });
    });
  });

  it("are not missed where none was asked for", async () => {
    expect(await verdict({ parts: "none" })).toEqual({ verdict: "verified", classes: [] });
  });
});
