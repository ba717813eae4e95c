import { afterAll, beforeAll, expect, it } from "vitest";
import { recordEvent } from "@/lib/audit/record/record-event";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { openPool } from "@/lib/db/pool";
import { inTransaction } from "@/lib/db/transaction";
import { createLogger } from "@/lib/telemetry/logger";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { erasePrepared } from "../run-retention";
import { askErasure } from "./ask-erasure";
import { agreeToErasure } from "./decide-erasure";

let bench: OwnedLog;
let privacy: Context;
let compliance: Context;
beforeAll(async () => {
  bench = await createOwnedLog();
  privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
});
afterAll(() => bench.close());

async function agreed(): Promise<string> {
  const person = await bench.person({ role: "client", hasKey: false });
  const clock = fixedClock(new Date(Date.now() - 2 * 365 * 86_400_000));
  const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;
  await recordEvent({ ...person, clock }, event);
  const { id } = await askErasure(privacy, { subject: person.principal.handle ?? "", reason: "on request" });
  await agreeToErasure(compliance, id);
  return id;
}

const SPOILT = [
  "jsonb_set(prepared, '{parts}', '[]')",
  "jsonb_set(prepared, '{parts,0,compartment_id}', to_jsonb(gen_random_uuid()::text))",
  "jsonb_set(prepared, '{parts,0,stored}', '\"AAAA\"')",
  "jsonb_set(prepared, '{index,0,action}', '\"audit.keys\"')",
  "jsonb_set(prepared, '{index}', '[]')",
  "prepared #- '{index,0,action}'",
];

it("an entry whose part or index row the portal's login damaged destroys no key, and other erasures go on", async () => {
  const ids: string[] = [];
  for (const set of SPOILT) {
    const id = await agreed();
    ids.push(id);
    await inTransaction(bench.cx, (tx) =>
      tx.$executeRawUnsafe(`UPDATE audit_erasure SET prepared = ${set} WHERE id = $1::uuid`, id),
    );
  }
  const whole = await agreed();
  const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
  const logger = createLogger("test", "silent");
  await erasePrepared({ ...bench.place, pool: retention, appPool: bench.appPool, logger });
  await retention.end();
  const { rows } = await bench.admin.query("SELECT id::text, state FROM audit_erasure ORDER BY id");
  expect(rows).toEqual([...ids.map((id) => ({ id, state: "agreed" })), { id: whole, state: "done" }]);
});
