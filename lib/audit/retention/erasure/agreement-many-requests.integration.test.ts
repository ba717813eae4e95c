import { afterAll, beforeAll, expect, it } from "vitest";
import { getEvent } from "@/lib/audit/reading/get-event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { askErasure } from "./ask-erasure";
import { agreeToErasure, refuseErasureAsked } from "./decide-erasure";

let bench: OwnedLog;
let privacy: Context;
let compliance: Context;
beforeAll(async () => {
  bench = await createOwnedLog();
  privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
});
afterAll(() => bench.close());

const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;

async function acted() {
  const person = await bench.person({ role: "client", hasKey: false });
  const { id: entry } = await recordEvent(person, event);
  return { handle: person.principal.handle ?? "", pseudonym: person.principal.pseudonym, entry };
}

async function isPrepared(id: string): Promise<boolean> {
  const { rows } = await bench.admin.query("SELECT prepared FROM audit_erasure WHERE id = $1", [id]);
  return rows[0].prepared !== null;
}

it("an erasure is prepared however many others were requested in the same minute", async () => {
  const [one, other] = [await acted(), await acted()];
  const clock = fixedClock(new Date());
  const asker = { ...privacy, clock };
  for (let n = 0; n < 200; n += 1) {
    const { id } = await askErasure(asker, { subject: one.handle, reason: "by mistake" });
    await refuseErasureAsked(asker, id);
    clock.advance(200);
  }
  const { id } = await askErasure(asker, { subject: other.handle, reason: "on request" });
  await agreeToErasure({ ...compliance, clock }, id);
  expect(await isPrepared(id)).toBe(true);
}, 120_000);

it("an agency that reads only org parts does not learn whose erasure is requested", async () => {
  const one = await acted();
  const { id } = await askErasure(privacy, { subject: one.handle, reason: "on request" });
  const reader = await bench.person({ role: "regulator" });
  await bench.anchor();
  const { rows } = await bench.admin.query(
    `SELECT l.seq::int, i.action FROM audit_leaf l JOIN audit_index i ON i.entry_id = l.entry_id
     WHERE l.entry_id = $1 OR i.action = 'erasure.ask' ORDER BY l.seq`,
    [one.entry],
  );
  const said = [];
  for (const { seq, action } of rows) {
    const org = (await getEvent(reader, seq)).parts.find(({ c }) => c === "org")?.plaintext;
    said.push({ action, org: org as Record<string, Record<string, unknown>> });
  }
  const ask = said.find(({ org }) => org.details?.erasure === id);
  const acts = said.filter(({ action }) => action === "audit.keys");
  expect(acts).toHaveLength(1);
  expect(Object.keys(ask?.org.details ?? {}).sort()).toEqual(["compartment", "erasure", "key_name", "mac"]);
  const marks = new Set(said.map(({ org }) => org.person?.key_mark));
  expect(Object.values(ask?.org.details ?? {}).filter((text) => marks.has(text))).toEqual([]);
});
