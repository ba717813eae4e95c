import { afterAll, beforeAll, expect, it } from "vitest";
import { getEvent } from "@/lib/audit/reading/get-event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { rewriteEntry } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

// The erasing entry itself is forged. The owner keeps an entry from the sequencer and gives it a number of their own.
// A reader (who only reads org parts) opens it and has its part key. With that key the owner seals an org part with
// the victim's mark that the reader saw. Tree, signer and bundle are then correct.

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;

it("an entry that the owner forged with a reader's part key does not make a part count as erased", async () => {
  const victim = await bench.person({ role: "client" });
  const reader = await bench.person({ role: "coordinator" });
  const { id: theirs } = await recordEvent(victim, event);
  await bench.anchor();
  const { rows: at } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [
    theirs,
  ]);
  const org = (await getEvent(reader, at[0].seq)).parts.find(({ c }) => c === "org");
  if (org === undefined) throw new TypeError("no org part");
  const { key_mark } = org.plaintext.person as { key_mark: string };
  await bench.anchor();
  expect((await bench.reported()).verdict).toBe("verified");
  await bench.anchor();

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
  const { rows: of } = await bench.admin.query(
    "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
    [victim.principal.pseudonym],
  );
  const key_digest = toBase64url(randomBytes(32));
  await rewriteEntry(bench.admin, {
    id,
    partKey: fromBase64url(part?.part_key ?? ""),
    action: "compartment.erase",
    org: { actor: "system:retention", details: { compartment: of[0].id, key_digest, key_mark } },
    pub: { thumbprint: key_digest },
    isQueued: true,
  });
  await pastTriggers(bench.admin, ["audit_compartment"], () =>
    bench.admin.query("UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1", [
      of[0].id,
    ]),
  );
  await bench.anchor();
  const report = await bench.reported({ actor: victim.principal.pseudonym });
  const whole = await bench.reported();
  expect([report.verdict, whole.verdict, report.notes.map((note) => note.class)]).toEqual([
    "wrong",
    "wrong",
    expect.not.arrayContaining(["erased"]),
  ]);
});
