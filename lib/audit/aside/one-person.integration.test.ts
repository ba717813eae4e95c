import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { recordEvent } from "../record/record-event";
import { agreeToAcknowledgement, askAcknowledgement, refuseAcknowledgement } from "./acknowledge";
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

it("one person has a hundred words waiting for a second one, and no more", async () => {
  const rows: string[] = [];
  for (let at = 0; at < 101; at += 1)
    rows.push(
      (await recordEvent(legal, { class: "log", outcome: "done", action: "audit.read", subjects: [] })).id,
    );
  await pastTriggers(admin, ["audit_entry"], () =>
    admin.query("UPDATE audit_entry SET bytes = convert_to('no entry', 'UTF8') WHERE id = ANY ($1)", [rows]),
  );
  await bench.anchor();
  const admins = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
  const asked: string[] = [];
  for (const entry_id of rows.slice(0, 100))
    asked.push((await askAcknowledgement(admins, { entry_id, reason: "x" })).id);
  const last = { entry_id: rows[100] ?? "", reason: "x" };
  await expect(askAcknowledgement(admins, last)).rejects.toMatchObject({ code: "acknowledgement.state" });
  await refuseAcknowledgement(admins, asked[0] ?? "");
  expect(await askAcknowledgement(admins, last)).toMatchObject({ state: "asked" });
});

/** Words about a row that the owner of the database writes, agreed to and never signed; `vary` makes each another one. */
async function forgeWords(row: string, { ids, vary }: { ids: string; vary: boolean }): Promise<void> {
  const genuine = await bench.appPool.query(
    "SELECT digest, signature, agreed_entry_id FROM audit_acknowledgement WHERE entry_id = $1 AND state = 'agreed'",
    [row],
  );
  const { digest, signature, agreed_entry_id } = genuine.rows[0];
  const [dash, name, text] = signature.split(" ");
  const bytes = Buffer.from(text, "base64");
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  const head = `${dash} ${name} ${bytes.toString("base64").slice(0, -8)}`;
  // The last eight letters of 68 bytes in base64 are those of two bytes more and their padding.
  const tail = vary ? "upper(lpad(to_hex(n), 4, '0')) || 'AAA='" : `'${bytes.toString("base64").slice(-8)}'`;
  await pastTriggers(admin, ["audit_acknowledgement"], () =>
    admin.query(
      `INSERT INTO audit_acknowledgement
         (id, tenant_id, entry_id, digest, reason, state, asked_by, agreed_by, ended_at, agreed_entry_id, signature)
       SELECT (${ids} || lpad(to_hex(n), 12, '0'))::uuid, $1, $2, $3, 'x', 'agreed', $4, $5, now(), $6, $7 || ${tail}
       FROM generate_series(1, 3000) n`,
      [
        bench.place.tenantId,
        row,
        digest,
        legal.principal.userId,
        compliance.principal.userId,
        agreed_entry_id,
        head,
      ],
    ),
  );
}

const standing = () => inSnapshot(bench.cx, (tx) => readAside(askPrisma(tx), asideOf(bench.cx)));

async function spoiled(): Promise<string> {
  const { id } = await recordEvent(legal, {
    class: "log",
    outcome: "done",
    action: "audit.read",
    subjects: [],
  });
  await pastTriggers(admin, ["audit_entry"], () =>
    admin.query("UPDATE audit_entry SET bytes = convert_to('no entry', 'UTF8') WHERE id = $1", [id]),
  );
  await bench.anchor();
  return id;
}

it.each([
  { ids: "'00000000-0000-7000-8000-'", vary: false },
  { ids: "'00000000-0000-7000-8001-'", vary: true },
  { ids: "'ffffffff-0000-7000-8000-'", vary: false },
  { ids: "'ffffffff-0000-7000-8001-'", vary: true },
])(
  "thousands of words that nobody signed hide none that was, for long ($ids $vary)",
  async (forged) => {
    const row = await spoiled();
    const { id } = await askAcknowledgement(legal, { entry_id: row, reason: "A restore test" });
    await agreeToAcknowledgement(compliance, id);
    expect((await standing()).acknowledged).toContain(row);
    const other = await spoiled();
    await forgeWords(row, forged);
    const word = await askAcknowledgement(legal, { entry_id: other, reason: "A restore test" });
    await agreeToAcknowledgement(compliance, word.id);
    for (let look = 0; look < 18; look += 1) {
      expect((await standing()).acknowledged).toContain(other);
    }
    expect((await standing()).acknowledged).toContain(row);
    await pastTriggers(admin, ["audit_acknowledgement"], () =>
      admin.query("DELETE FROM audit_acknowledgement WHERE entry_id = $1", [row]),
    );
  },
  60_000,
);
