import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { createLogBench, type LogBench } from "@/lib/testing/log-bench";
import { pastTriggers } from "@/lib/testing/past-triggers";
import { recordEvent } from "../record-event";
import { agreeToAcknowledgement } from "./acknowledge";
import { listAside } from "./list-aside";
import { AsideQuery } from "./schema";
import { askPrisma, readAside } from "./standing";
import { asideOf } from "./view";

let bench: LogBench;
let admin: Client;
let legal: Context;
let compliance: Context;

beforeAll(async () => {
  bench = await createLogBench();
  admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  legal = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
  compliance = await bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  await bench.anchor();
});
afterAll(async () => {
  await admin?.end();
  await bench?.close();
});

it("one person with the database login does not acknowledge a row: the first word was never said", async () => {
  const { log, tenantId } = bench.place;
  const { id: row } = await recordEvent(legal, {
    class: "log",
    outcome: "done",
    action: "audit.read",
    subjects: [],
  });
  await pastTriggers(admin, ["audit_entry"], () =>
    admin.query("UPDATE audit_entry SET bytes = convert_to('no entry', 'UTF8') WHERE id = $1", [row]),
  );
  await bench.anchor();
  const digest = (await listAside(legal, AsideQuery.parse({}))).items.find(
    (item) => item.entry_id === row,
  )?.digest;
  // The word of a person who never said it, with an entry that has no sealed part.
  const [id, word] = [uuidv7(Date.now()), uuidv7(Date.now())];
  const at = "2026-11-24T14:45:00.000000Z";
  const json = `{"at":"${at}","class":"log","id":"${id}","log":"${log}","outcome":"done","sealed":[],"tenant":"t_x","v":1}`;
  const client = await bench.appPool.connect();
  await client.query("BEGIN");
  await client.query(
    "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'log', 'done', $5)",
    [id, log, tenantId, at, Buffer.from(json)],
  );
  await client.query(
    "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'aside.ask')",
    [id, tenantId, `acknowledgement:${word}`],
  );
  await client.query(
    "INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome) VALUES ($1, $2, $3, 'system:x', 'aside.ask', 'done')",
    [id, tenantId, at],
  );
  await client.query(
    "INSERT INTO audit_acknowledgement (id, tenant_id, entry_id, digest, reason, asked_by) VALUES ($1, $2, $3, $4, 'x', $5)",
    [word, tenantId, row, digest, legal.principal.userId],
  );
  await client.query("COMMIT");
  client.release();
  const agreed = await agreeToAcknowledgement(compliance, word).then(
    (answer) => answer.state,
    (error: { code?: string }) => error.code,
  );
  const { open, acknowledged } = await inSnapshot(bench.cx, (tx) =>
    readAside(askPrisma(tx), asideOf(bench.cx)),
  );
  expect([agreed, open, acknowledged]).toEqual(["acknowledgement.state", 1, []]);
});
