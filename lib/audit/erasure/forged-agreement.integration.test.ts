import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/context";
import { fromBase64url } from "@/lib/crypto/bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import { forgeEntry } from "@/lib/testing/forged-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/owned-log";
import { pastTriggers } from "@/lib/testing/past-triggers";
import { getEvent } from "../get-event";
import { recordEvent } from "../record-event";
import { prepareDueErasures } from "./prepare-erasure";

// Attack A: whoever has an entry's org part key (every reader of a bundle or of one entry has) can seal another org part
// under that entry's id. The owner of the database lays two such entries, asks and agrees, and a portal believes them.

const TABLES = ["audit_entry", "audit_part", "audit_queue", "audit_index", "audit_leaf"];
let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;

async function seqOf(entry: string): Promise<number> {
  const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [entry]);
  return rows[0].seq;
}

/** What a reader is given of an entry's org part. */
async function read(cx: Context, entry: string) {
  const org = (await getEvent(cx, await seqOf(entry))).parts.find(({ c }) => c === "org");
  if (org === undefined) throw new TypeError("no org part");
  return { key: fromBase64url(org.part_key), said: org.plaintext };
}

it("no portal seals an erasing entry by an ask and an agreement that the owner forged under part keys of a reader", async () => {
  const victim = await bench.person({ role: "client" });
  const reader = await bench.person({ role: "coordinator" });
  const { id: theirs } = await recordEvent(victim, event);
  const [{ id: one }, { id: two }] = [await recordEvent(reader, event), await recordEvent(reader, event)];
  await bench.anchor();
  const mark = (await read(reader, theirs)).said.person as { key_mark: string };
  const keys = [(await read(reader, one)).key, (await read(reader, two)).key] as const;
  const { rows: of } = await bench.admin.query(
    "SELECT id::text, tenant_id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
    [victim.principal.pseudonym],
  );
  const { id: compartment, tenant_id } = of[0];
  const saved = await bench.admin.query("SELECT * FROM audit_entry WHERE id = ANY ($1::uuid[])", [
    [one, two],
  ]);
  const erasure = uuidv7(Date.now());
  const details = { erasure, compartment, key_mark: mark.key_mark };
  await forgeEntry(bench.admin, {
    id: one,
    partKey: keys[0],
    action: "erasure.ask",
    org: { actor: "p-one", details },
  });
  await forgeEntry(bench.admin, {
    id: two,
    partKey: keys[1],
    action: "erasure.agree",
    org: { actor: "p-two", details },
  });
  await pastTriggers(bench.admin, ["audit_erasure"], () =>
    bench.admin.query(
      `INSERT INTO audit_erasure (id, tenant_id, compartment_id, reason, state, asked_by, asked_at, agreed_by, agreed_at)
       VALUES ($1, $2, $3, 'x', 'agreed', $4, now(), $5, now())`,
      [erasure, tenant_id, compartment, reader.principal.userId, bench.auditor.principal.userId],
    ),
  );
  expect(saved.rows).toHaveLength(2);
  expect(TABLES).toHaveLength(5);
  expect(await prepareDueErasures(bench.cx)).toBe(0);
  const { rows } = await bench.admin.query("SELECT prepared FROM audit_erasure WHERE id = $1", [erasure]);
  expect(rows[0].prepared).toBeNull();
});
