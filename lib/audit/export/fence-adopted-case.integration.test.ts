import { afterAll, beforeAll, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { recordEvent } from "../record/record-event";

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

type Person = Awaited<ReturnType<OwnedLog["person"]>>;

/** Creates, as the portal's login, a hold with this id for another organisation, with its required entry. */
async function holdWithId(caseId: string, whose: Person): Promise<void> {
  const { log, tenantId } = bench.place;
  const [id, at] = [uuidv7(Date.now()), "2026-11-24T14:45:00.000000Z"];
  const json = `{"at":"${at}","class":"log","id":"${id}","log":"${log}","outcome":"done","sealed":[],"tenant":"t_x","v":1}`;
  const client = await bench.appPool.connect();
  try {
    await client.query("BEGIN");
    await client.query(
      "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'log', 'done', $5)",
      [id, log, tenantId, at, Buffer.from(json)],
    );
    await client.query(
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'preservation.create')",
      [id, tenantId, `preservation:${caseId}`],
    );
    await client.query(
      "INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome) VALUES ($1, $2, $3, 'system:x', 'preservation.create', 'done')",
      [id, tenantId, at],
    );
    await client.query(
      `INSERT INTO preservation (id, tenant_id, requested_by, organisation_id, transactions, reason, state, until)
       VALUES ($1, $2, $3, $4, '{}', 'x', 'active', now() + interval '1 day')`,
      [caseId, tenantId, whose.principal.userId, whose.principal.organisationId],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

it("an agency does not get another agency's case through its own hold with the case's id", async () => {
  const owner = await bench.person({ role: "regulator" });
  const other = await bench.person({ role: "regulator" });
  const caseId = owner.principal.organisationId;
  const { id: entry } = await recordEvent(owner, {
    class: "log",
    outcome: "done",
    action: "audit.keys",
    subjects: [],
    caseId,
    caseDetails: { order: "the order of the foreign case" },
  });
  await bench.anchor();
  await expect(holdWithId(caseId, other)).rejects.toMatchObject({ code: "SP002" });
  // A hold with a new id is accepted, so the refusal is because of the id.
  await holdWithId(uuidv7(Date.now()), other);
  await bench.anchor();
  const after = Buffer.from(await bench.exported({ format: "ndjson" }, other)).toString();
  expect(after).not.toContain(entry);
  expect(after).not.toContain("foreign case");
});
