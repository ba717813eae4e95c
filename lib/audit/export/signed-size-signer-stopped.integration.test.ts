import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { recordEvent } from "../record/record-event";

const HIDDEN = "sealport_signer%";
const TABLES = ["audit_checkpoint", "audit_leaf"];

/**
 * How the owner stops the signer from reading the log, how it is undone, and the result of a whole bundle meanwhile.
 */
const WAYS = {
  "shows the signer's login no head": {
    shut: [
      `CREATE POLICY others ON audit_head USING (current_user NOT LIKE '${HIDDEN}')`,
      "ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY",
    ],
    open: ["ALTER TABLE audit_head DISABLE ROW LEVEL SECURITY", "DROP POLICY others ON audit_head"],
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
  bench = await createOwnedLog();
  Object.assign(bench.cx.instance, { signerUrl: `unix:${path.join(bench.dataDir, "s.sock")}` });
});
afterAll(() => bench.close());

const record = () =>
  recordEvent(bench.auditor, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });

/** Returns the verdict on a whole bundle, or the error code. */
async function bundle(): Promise<string> {
  try {
    return (await bench.reported()).verdict;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

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
  await record();
  await bench.anchor();
  await record();
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
  60_000,
);
