import type { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { insertRecovery, NO_CASE, openDoor, writePlain } from "@/lib/audit/recovery/store";
import { inSequencerTransaction } from "@/lib/audit/sequencer/store";
import type { Context } from "@/lib/context/context";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openOwnerPool } from "@/lib/db/migrate";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.keys", subjects: [] };
const RETURNED = { action: "log.recovered" };

let bench: OwnedLog;
let admin: Client;
/** A reader of every case, who sees recovered entries without a known case. */
let decider: Context;
let lost: number[];
let dropped: string;

/** Reduces these entries to what a recovery restores: bytes, and a row with only time and class. */
async function returnWithoutParts(ids: readonly string[]): Promise<void> {
  await pastTriggers(admin, ["audit_part", "audit_index"], async () => {
    await admin.query("DELETE FROM audit_part WHERE entry_id = ANY ($1::uuid[])", [ids]);
    await admin.query(
      `UPDATE audit_index SET action = 'log.recovered', actor = NULL, participant_id = NULL, case_id = $2
       WHERE entry_id = ANY ($1::uuid[])`,
      [ids, NO_CASE],
    );
  });
}

/** A recovery's own entry, as recover-log.ts writes it. */
async function recordRecovery(from: number, to: number, ids: readonly string[]): Promise<void> {
  const owner = openOwnerPool(bench.database.adminUrl);
  try {
    await inSequencerTransaction(owner, async (client) => {
      await openDoor(client, "recovery");
      const pub = canonicalJson({ recovery: { from, to, lost: ids.map((id) => `entry:${id}`) } });
      const entryId = await writePlain(client, { class: "log", action: "log.recovery", pub });
      const statements = { id: uuidv7(1) };
      await insertRecovery(client, bench.place, { entryId, from, to, assurance: "evaluation", statements });
    });
  } finally {
    await owner.end();
  }
}

beforeAll(async () => {
  bench = await createOwnedLog();
  ({ admin } = bench);
  decider = await bench.person({ role: "coordinator", duties: ["approve"] });
  const ids: string[] = [];
  for (let at = 0; at < 3; at += 1) ids.push((await recordEvent(decider, EVENT)).id);
  dropped = (await recordEvent(decider, EVENT)).id;
  await bench.anchor();
  const { rows } = await admin.query(
    "SELECT seq::int FROM audit_leaf WHERE entry_id = ANY ($1::uuid[]) ORDER BY seq",
    [ids],
  );
  lost = rows.map((row: { seq: number }) => row.seq);
  await returnWithoutParts(ids);
  await recordRecovery(lost[0] ?? 0, (lost[2] ?? 0) + 1, ids);
  await bench.anchor();
});
afterAll(() => bench.close());

it("entries that a recovery names are lost and their parts do not count as missing, whatever the filter leaves out", async () => {
  const word = { verdict: "wrong", classes: ["lost"] };
  expect(await bench.verdict({}, decider)).toEqual(word);
  expect(await bench.verdict(RETURNED, decider)).toEqual(word);
  expect(await bench.verdict({ outcome: "done" }, decider)).toEqual(word);
});

it("a filtered bundle includes the recovery even if it has no lost entry", async () => {
  const { verdict, entries, findings } = await bench.reported({ action: "audit.keys" }, decider);
  expect([verdict, entries, findings.map((one) => one.class)]).toEqual(["wrong", 2, ["lost"]]);
});

it("a recovery does not explain missing parts of an entry that it does not name", async () => {
  const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [dropped]);
  await pastTriggers(admin, ["audit_part"], () =>
    admin.query("DELETE FROM audit_part WHERE entry_id = $1", [dropped]),
  );
  for (const query of [{}, { outcome: "done" }]) {
    const { findings } = await bench.reported(query, decider);
    expect(new Set(findings.map(({ class: of, seq }) => `${of} ${seq}`))).toEqual(
      new Set(["lost undefined", `part ${rows[0].seq}`]),
    );
  }
});
