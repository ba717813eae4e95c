import { afterAll, beforeAll, expect, it } from "vitest";
import { getEvent } from "@/lib/audit/reading/get-event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { rewriteEntry } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

// As in erased-parts-forged-erasure, but no query about an entry without a number is falsified. The owner changes an
// entry of the tree, whose part key is in old bundles, and adds it to the tree again with the same id.

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());
const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;
const seqOf = async (entry: string): Promise<number> =>
  (await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [entry])).rows[0].seq;
async function orgOf(entry: string) {
  const org = (await getEvent(bench.auditor, await seqOf(entry))).parts.find(({ c }) => c === "org");
  if (org === undefined) throw new TypeError("no org part");
  return { key: fromBase64url(org.part_key), said: org.plaintext };
}

it("a changed entry with a second number does not make a part count as erased", async () => {
  const victim = await bench.person({ role: "client", hasKey: false });
  const { id: theirs } = await recordEvent(victim, event);
  const { id } = await recordEvent(bench.auditor, event);
  await bench.anchor();
  const { key_mark } = (await orgOf(theirs)).said.person as { key_mark: string };
  const { key } = await orgOf(id);
  await bench.anchor();
  const { rows: of } = await bench.admin.query(
    "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
    [victim.principal.pseudonym],
  );
  const other = uuidv7(Date.now());
  const key_digest = toBase64url(randomBytes(32));
  await pastTriggers(bench.admin, ["audit_leaf", "audit_entry"], async () => {
    await bench.admin.query("CREATE TEMP TABLE kept AS SELECT * FROM audit_leaf WHERE entry_id = $1", [id]);
    await bench.admin.query("CREATE TEMP TABLE kept_entry AS SELECT * FROM audit_entry WHERE id = $1", [id]);
    await bench.admin.query("DELETE FROM audit_leaf WHERE entry_id = $1", [id]);
  });
  const details = { compartment: of[0].id, key_digest, key_mark };
  await rewriteEntry(bench.admin, {
    id,
    partKey: key,
    action: "compartment.erase",
    org: { actor: "system:retention", details },
    pub: { thumbprint: key_digest },
    isQueued: true,
  });
  await pastTriggers(bench.admin, ["audit_compartment"], () =>
    bench.admin.query("UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1", [
      of[0].id,
    ]),
  );
  await bench.anchor();
  // Its first number stays unchanged: its bytes are stored with another row's id.
  await pastTriggers(bench.admin, ["audit_leaf", "audit_entry", "audit_index"], async () => {
    await bench.admin.query(
      `INSERT INTO audit_entry SELECT (jsonb_populate_record(e, jsonb_build_object('id', $2::text))).* FROM kept_entry e WHERE e.id = $1`,
      [id, other],
    );
    await bench.admin.query(
      `INSERT INTO audit_index SELECT (jsonb_populate_record(i, jsonb_build_object('entry_id', $2::text, 'action', 'audit.keys'))).*
       FROM audit_index i WHERE i.entry_id = $1`,
      [id, other],
    );
    await bench.admin.query(
      `INSERT INTO audit_leaf SELECT (jsonb_populate_record(l, jsonb_build_object('entry_id', $1::text))).* FROM kept l`,
      [other],
    );
  });
  const filtered = await bench.reported({ actor: victim.principal.pseudonym });
  expect([filtered.verdict, filtered.notes.map((note) => note.class)]).toEqual([
    "wrong",
    expect.not.arrayContaining(["erased"]),
  ]);
});
