import { afterAll, beforeAll, expect, it } from "vitest";
import { getEvent } from "@/lib/audit/reading/get-event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { askErasure } from "@/lib/audit/retention/erasure/ask-erasure";
import { agreeToErasure } from "@/lib/audit/retention/erasure/decide-erasure";
import { erasePrepared } from "@/lib/audit/retention/run-retention";
import { fixedClock } from "@/lib/clock";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { markOfProof } from "@/lib/crypto/log/audit-part";
import { randomBytes } from "@/lib/crypto/primitives";
import { openPool } from "@/lib/db/pool";
import { createLogger } from "@/lib/telemetry/logger";
import { rewriteEntry } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

// An entry is forged as in erased-parts-forged-erasure.integration.test.ts, but before an erasure is requested. It
// names the victim's compartment and the mark of a key that never existed, with a proof of it.

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;

/** An entry that is kept from the tree, with the key of its org part as a reader gets it. */
async function keptBack(): Promise<{ id: string; partKey: Uint8Array }> {
  const reader = await bench.person({ role: "coordinator" });
  const { id } = await recordEvent(reader, event);
  const far = 1_000_000;
  await pastTriggers(bench.admin, ["audit_queue", "audit_leaf"], async () => {
    await bench.admin.query("DELETE FROM audit_queue WHERE entry_id = $1", [id]);
    await bench.admin.query(
      `INSERT INTO audit_leaf (log, seq, entry_id, tenant_id, leaf_hash, chain)
       SELECT log, $2, id, tenant_id, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')
       FROM audit_entry WHERE id = $1`,
      [id, far],
    );
  });
  const part = (await getEvent(reader, far)).parts.find(({ c }) => c === "org");
  await pastTriggers(bench.admin, ["audit_leaf"], () =>
    bench.admin.query("DELETE FROM audit_leaf WHERE seq = $1", [far]),
  );
  return { id, partKey: fromBase64url(part?.part_key ?? "") };
}

it("an erasure that names a compartment with another key does not hide a later honest erasure of it", async () => {
  const person = await bench.person({ role: "client", hasKey: false });
  const clock = fixedClock(new Date(Date.now() - 2 * 365 * 86_400_000));
  await recordEvent({ ...person, clock }, event);
  const { rows: of } = await bench.admin.query(
    "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
    [person.principal.pseudonym],
  );
  await bench.anchor();
  const kept = await keptBack();
  const key_proof = toBase64url(randomBytes(32));
  const key_digest = toBase64url(randomBytes(32));
  const named = { compartment: of[0].id, key_digest, key_mark: markOfProof(key_proof), key_proof };
  await rewriteEntry(bench.admin, {
    ...kept,
    action: "compartment.erase",
    org: { actor: "system:retention", details: named },
    pub: { thumbprint: key_digest },
    isQueued: true,
  });
  await bench.anchor();

  const privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
  const compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
  const { id } = await askErasure(privacy, { subject: person.principal.handle ?? "", reason: "on request" });
  await agreeToErasure(compliance, id);
  const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
  const logger = createLogger("test", "silent");
  expect(await erasePrepared({ ...bench.place, pool: retention, appPool: bench.appPool, logger })).toBe(1);
  await retention.end();
  await bench.anchor();

  const report = await bench.reported({ actor: person.principal.pseudonym });
  expect([report.verdict, report.findings]).toEqual(["verified", []]);
  expect(report.notes).toContainEqual(expect.objectContaining({ class: "erased", count: 1 }));
  const { rows } = await bench.admin.query(
    "SELECT l.seq::int FROM audit_leaf l JOIN audit_index i ON i.entry_id = l.entry_id WHERE i.actor = $1",
    [person.principal.pseudonym],
  );
  const { erased } = await getEvent(bench.auditor, rows[0].seq);
  expect(erased).toEqual([expect.objectContaining({ is_recorded: true })]);
});
