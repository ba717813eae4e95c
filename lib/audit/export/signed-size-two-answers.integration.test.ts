import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { recordEvent } from "../record/record-event";

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
  Object.assign(bench.cx.instance, { signerUrl: `unix:${path.join(bench.dataDir, "s.sock")}` });
});
afterAll(() => bench.close());

const record = () =>
  recordEvent(bench.auditor, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });

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
  await record();
  await bench.anchor();
  const { rows } = await bench.admin.query("SELECT max(size)::int AS size FROM audit_checkpoint");
  return rows[0].size;
}

/** As the owner, makes one query about the log return all of it, and the next only its beginning. */
const hide = (kept: number) => [
  `CREATE POLICY early ON audit_checkpoint USING (current_user NOT LIKE 'sealport_app%'
     OR current_query() LIKE '%max(size)%' OR size <= ${kept})`,
  "CREATE POLICY late ON audit_leaf USING (current_query() NOT LIKE '%oldest_at%')",
  "ALTER TABLE audit_checkpoint ENABLE ROW LEVEL SECURITY",
  "ALTER TABLE audit_leaf ENABLE ROW LEVEL SECURITY",
];
const SHOW = [
  "ALTER TABLE audit_checkpoint DISABLE ROW LEVEL SECURITY",
  "ALTER TABLE audit_leaf DISABLE ROW LEVEL SECURITY",
  "DROP POLICY early ON audit_checkpoint",
  "DROP POLICY late ON audit_leaf",
];

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
}, 60_000);
