import { afterAll, beforeAll, expect, it } from "vitest";
import { getEvent } from "@/lib/audit/reading/get-event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { fixedClock } from "@/lib/clock";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

// The database owner keeps an erased key, still sealed, as a second row under the person's own name, so the person's
// later acts are sealed with it. Their parts are then moved to the first row, whose key was destroyed according to an
// entry.

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());
const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;

it("an erasure does not make parts of later acts count as erased, in a bundle, a table or an answer", async () => {
  const person = await bench.person({ role: "client", hasKey: false });
  const past = fixedClock(new Date(Date.now() - 3_600_000));
  await recordEvent({ ...person, clock: past }, event);
  const { rows } = await bench.admin.query(
    "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
    [person.principal.pseudonym],
  );
  const first = rows[0].id;
  const erasure = await erasureOf(bench.cx, first);
  const tables = ["audit_compartment", "audit_part"];
  await pastTriggers(bench.admin, tables, async () => {
    await bench.admin.query(
      "CREATE TEMP TABLE kept_key AS SELECT sealed_key FROM audit_compartment WHERE id = $1",
      [first],
    );
    await bench.admin.query(
      "UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1",
      [first],
    );
  });
  past.advance(60_000);
  await recordEvent({ ...bench.auditor, clock: past }, erasure);
  await pastTriggers(bench.admin, tables, () =>
    bench.admin.query(
      `INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key, nth)
       SELECT gen_random_uuid(), c.tenant_id, c.kind, c.subject, k.sealed_key, 0 FROM audit_compartment c, kept_key k WHERE c.id = $1`,
      [first],
    ),
  );
  bench.cx.audit.compartments.forget(first);
  const { id: later } = await recordEvent(person, event);
  await pastTriggers(bench.admin, tables, async () => {
    await bench.admin.query(
      `UPDATE audit_part SET compartment_id = $1 WHERE compartment_id IN
        (SELECT id FROM audit_compartment WHERE subject = $2 AND id <> $1)`,
      [first, person.principal.pseudonym],
    );
    await bench.admin.query("DELETE FROM audit_compartment WHERE subject = $1 AND id <> $2", [
      person.principal.pseudonym,
      first,
    ]);
  });
  await bench.anchor();
  const { rows: at } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [
    later,
  ]);
  const query = { actor: person.principal.pseudonym };
  const bundle = await bench.reported(query);
  const csv = Buffer.from(await bench.exported({ format: "csv", ...query })).toString();
  const { erased } = await getEvent(bench.auditor, at[0].seq);
  expect([bundle.verdict, csv.split("[erased]").length - 1, erased?.[0]?.is_recorded]).toEqual([
    "wrong",
    1,
    false,
  ]);
});
