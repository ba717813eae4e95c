import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { getEvent } from "@/lib/audit/reading/get-event";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { fromBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { keyMark, partKey } from "@/lib/crypto/log/audit-part";
import { uuidv7 } from "@/lib/crypto/uuid";
import { rewriteEntry } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { askErasure } from "./ask-erasure";
import { keyName, wordMac } from "./erasure-word";
import { prepareDueErasures } from "./prepare-erasure";

// A person with an entry's org part key (every reader of a bundle or of one entry) can seal another org part for that
// entry's id. The database owner creates two such entries, a request and an agreement.

type Details = Record<string, Json>;
let bench: OwnedLog;
let reader: Context;
beforeAll(async () => {
  bench = await createOwnedLog();
  reader = await bench.person({ role: "coordinator", duties: ["privacy"] });
});
afterAll(() => bench.close());

const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;
let victim: { handle: string; compartment: string; key: Uint8Array };
beforeEach(async () => {
  const { principal, ...cx } = await bench.person({ role: "client", hasKey: false });
  await recordEvent({ ...cx, principal }, event);
  const { rows } = await bench.admin.query(
    "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
    [principal.pseudonym],
  );
  const compartment = rows[0].id;
  const key = (await bench.cx.audit.compartments.openById([compartment])).get(compartment);
  if (key === undefined) throw new TypeError("no key");
  victim = { handle: principal.handle ?? "", compartment, key };
});

/** The data that a reader gets of an entry's org part. */
async function read(entry: string): Promise<{ key: Uint8Array; details: Details }> {
  const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [entry]);
  const org = (await getEvent(reader, rows[0].seq)).parts.find(({ c }) => c === "org");
  if (org === undefined) throw new TypeError("no org part");
  return { key: fromBase64url(org.part_key), details: { ...(org.plaintext.details as Details) } };
}

/** Changes an entry of the reader's own into a statement about an erasure. */
async function forged(action: string, actor: string, details: Details): Promise<string> {
  const { id } = await recordEvent(reader, event);
  await bench.anchor();
  const { key } = await read(id);
  await rewriteEntry(bench.admin, { id, partKey: key, action, org: { actor, details } });
  return id;
}

/** Returns the row of an erasure as the owner writes it, with the entries that it names. */
const agreedRow = (id: string, ask: string, agree: string) =>
  pastTriggers(bench.admin, ["audit_erasure"], () =>
    bench.admin.query(
      `INSERT INTO audit_erasure (id, tenant_id, compartment_id, reason, state, asked_by, asked_at, agreed_by, agreed_at,
         ask_entry_id, agree_entry_id)
       SELECT $1, tenant_id, id, 'x', 'agreed', $3, now(), $4, now(), $5, $6 FROM audit_compartment WHERE id = $2
       ON CONFLICT (id) DO UPDATE SET state = 'agreed', agreed_by = $4, agreed_at = now(), ask_entry_id = $5, agree_entry_id = $6`,
      [id, victim.compartment, reader.principal.userId, bench.auditor.principal.userId, ask, agree],
    ),
  );

async function isLaidReady(id: string): Promise<boolean> {
  await prepareDueErasures(bench.cx);
  const { rows } = await bench.admin.query("SELECT prepared FROM audit_erasure WHERE id = $1", [id]);
  return rows[0].prepared !== null;
}

it("no portal seals an erasing entry for a request and an agreement that the owner forged with a reader's part keys", async () => {
  const erasure = uuidv7(Date.now());
  const { compartment, key } = victim;
  // More than a reader knows: the name of the key in this erasure.
  const details = {
    erasure,
    compartment,
    key_mark: keyMark(key),
    key_name: keyName(erasure, key),
    mac: "A".repeat(43),
  };
  const ask = await forged("erasure.ask", "p-one", details);
  const agree = await forged("erasure.agree", "p-two", details);
  await agreedRow(erasure, ask, agree);
  expect(await isLaidReady(erasure)).toBe(false);
});

it("no portal seals it for an honest request and an agreement made from it", async () => {
  const { id } = await askErasure(reader, { subject: victim.handle, reason: "on request" });
  await bench.anchor();
  const { rows } = await bench.admin.query(
    "SELECT entry_id::text FROM audit_index WHERE action = 'erasure.ask' ORDER BY entry_id DESC LIMIT 1",
  );
  const { details } = await read(rows[0].entry_id);
  expect(details.erasure).toBe(id);
  const agree = await forged("erasure.agree", "p-two", details);
  await agreedRow(id, rows[0].entry_id, agree);
  expect(await isLaidReady(id)).toBe(false);
});

it("no portal seals it for statements with the key of another compartment than the organisation's", async () => {
  const { compartment, key } = victim;
  const { tenantId } = bench.place;
  const of = { kind: "case", subject: uuidv7(Date.now()) } as const;
  const { compartments } = bench.cx.audit;
  const outcomes = [];
  for (const place of [of, { kind: "org", subject: tenantId } as const]) {
    const under = await compartments.open({ tenantId, ...place });
    const erasure = uuidv7(Date.now());
    const said: string[] = [];
    for (const [action, actor] of [
      ["erasure.ask", "p-one"],
      ["erasure.agree", "p-two"],
    ] as const) {
      const word = { action, actor, erasure, compartment, keyName: keyName(erasure, key) };
      const details = { erasure, compartment, key_name: word.keyName, mac: wordMac(under.key, word) };
      const { id } = await recordEvent(reader, event);
      await bench.anchor();
      await rewriteEntry(bench.admin, {
        id,
        partKey: partKey(under.key, id),
        action,
        org: { actor, details },
      });
      await pastTriggers(bench.admin, ["audit_part"], () =>
        bench.admin.query("UPDATE audit_part SET compartment_id = $2 WHERE entry_id = $1", [id, under.id]),
      );
      said.push(id);
    }
    await pastTriggers(bench.admin, ["audit_erasure"], () =>
      bench.admin.query("DELETE FROM audit_erasure WHERE compartment_id = $1", [compartment]),
    );
    await agreedRow(erasure, said[0] ?? "", said[1] ?? "");
    outcomes.push(await isLaidReady(erasure));
  }
  // The same statements with the organisation's own key, which no reader has, are valid. So the key was the only
  // fault.
  expect(outcomes).toEqual([false, true]);
});
