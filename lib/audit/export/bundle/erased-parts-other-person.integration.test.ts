import { afterAll, beforeAll, expect, it } from "vitest";
import { getEvent } from "@/lib/audit/reading/get-event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { askErasure } from "@/lib/audit/retention/erasure/ask-erasure";
import { agreeToErasure } from "@/lib/audit/retention/erasure/decide-erasure";
import { erasePrepared } from "@/lib/audit/retention/run-retention";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { openPool } from "@/lib/db/pool";
import { createLogger } from "@/lib/telemetry/logger";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

/** A person with one entry, and their compartment. */
async function acted(): Promise<{ person: Context; entry: string; compartment: string }> {
  const person = await bench.person({ role: "client" });
  const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;
  const { id: entry } = await recordEvent(person, event);
  const { rows } = await bench.admin.query(
    "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
    [person.principal.pseudonym],
  );
  return { person, entry, compartment: rows[0].id };
}

/** Erases a person's compartment as the retention role does, with an entry that names its key. */
async function erase(compartment: string): Promise<void> {
  const erasure = await erasureOf(bench.cx, compartment);
  await pastTriggers(bench.admin, ["audit_compartment"], () =>
    bench.admin.query("UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1", [
      compartment,
    ]),
  );
  await recordEvent(bench.auditor, erasure);
  await bench.anchor();
}

it("the erasure of one person does not make parts of another count as erased", async () => {
  const one = await acted();
  const other = await acted();
  await erase(one.compartment);
  // The erased person has no other data left, as after a pruning or with a filter.
  const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [
    other.entry,
  ]);
  await pastTriggers(bench.admin, ["audit_part", "audit_compartment"], async () => {
    await bench.admin.query(
      `UPDATE audit_part p SET compartment_id = $2 FROM audit_compartment k
       WHERE p.entry_id = $1 AND k.id = p.compartment_id AND k.kind = 'subject'`,
      [other.entry, one.compartment],
    );
    await bench.admin.query("UPDATE audit_compartment SET subject = $2 WHERE id = $1", [
      one.compartment,
      other.person.principal.pseudonym,
    ]);
  });
  const query = { actor: other.person.principal.pseudonym };
  const { verdict, findings } = await bench.reported(query);
  expect(verdict).toBe("wrong");
  expect(findings.map((found) => `${found.class} ${found.seq}: ${found.detail}`)).toEqual([
    expect.stringMatching(`^erased ${rows[0].seq}: part .* has no key and is not listed as erased`),
  ]);
  const csv = Buffer.from(await bench.exported({ format: "csv", ...query })).toString();
  expect([csv.includes("[erased]"), csv.split("[key missing]").length]).toEqual([false, 2]);
  const { erased } = await getEvent(bench.auditor, rows[0].seq);
  expect(erased).toEqual([expect.objectContaining({ by_seq: null, is_recorded: false })]);
});

it("an erasure that two people agreed to and the worker carried out explains only that person's parts", async () => {
  const before = (await bench.reported()).findings.length;
  const person = await bench.person({ role: "client", hasKey: false });
  const clock = fixedClock(new Date(Date.now() - 2 * 365 * 86_400_000));
  const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;
  for (let n = 0; n < 2; n += 1) await recordEvent({ ...person, clock }, event);
  const privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
  const compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
  const { id } = await askErasure(privacy, { subject: person.principal.handle ?? "", reason: "on request" });
  await agreeToErasure(compliance, id);
  const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
  const logger = createLogger("test", "silent");
  expect(await erasePrepared({ ...bench.place, pool: retention, appPool: bench.appPool, logger })).toBe(1);
  await retention.end();
  const done = await bench.admin.query("SELECT state FROM audit_erasure WHERE id = $1", [id]);
  expect(done.rows).toEqual([{ state: "done" }]);
  await bench.anchor();
  const report = await bench.reported({ actor: person.principal.pseudonym });
  expect([report.verdict, report.findings]).toEqual(["verified", []]);
  expect(report.notes).toContainEqual(expect.objectContaining({ class: "erased", count: 2 }));
  expect((await bench.reported()).findings).toHaveLength(before);
});
