import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inSnapshot } from "@/lib/db/transaction";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import {
  readRegistrationHealth,
  readUnregistered,
  registerPending,
  storeRegistrations,
} from "@/lib/escrow/client/registrar";
import {
  COUNT_UNREGISTERED,
  SELECT_UNREGISTERED,
  selectEpochs,
  selectUnregistered,
} from "@/lib/escrow/client/store";
import { listEscrowEpochs } from "@/lib/keys/escrow-epochs/list-escrow-epochs";
import { queryAs } from "@/lib/testing/benches/query-as";
import { rowsRead } from "@/lib/testing/benches/rows-read";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

let bench: UseCaseBench;
beforeEach(async () => {
  bench = await createUseCaseBench();
});
afterEach(() => bench?.close());

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

async function submit(cx: Person): Promise<string> {
  const input = NewTransaction.parse({
    job_id: "job-1",
    amount: "1000",
    pricing: { rate: "0.1" },
    confidential: true,
    participants: [cx.principal.participantId],
  });
  return (await submitTransaction(cx, input)).transaction_id;
}

test("groups are registered once, also by two registrars, and count as waiting until then", async () => {
  const cx = await bench.person({ role: "client" });
  await submit(cx);
  await submit(cx);
  expect(await readRegistrationHealth(cx)).toEqual({ waiting: 4, refused: 0, isAlarm: false });
  const both = await Promise.all([registerPending(cx), registerPending(cx)]);
  expect(both.every(({ more }) => !more)).toBe(true);
  expect(await readRegistrationHealth(cx)).toEqual({ waiting: 0, refused: 0, isAlarm: false });
  expect(await registerPending(cx)).toEqual({ registered: 0, more: false });
});

test("a statement of the registrar reads the owed rows and no others, however many groups are registered", async () => {
  const cx = await bench.person({ role: "client" });
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  const REGISTERED = 20_000;
  await admin.query(
    `INSERT INTO escrow_registration (transaction_id, grp, gen, tenant_id, bd, kid, signature, registered_at, due_at)
     SELECT gen_random_uuid(), 'amount', 1, $1, 'bd', 'escrow#1', 'signed', now(), NULL FROM generate_series(1, $2)`,
    [bench.place.tenantId, REGISTERED],
  );
  await admin.query("ANALYZE escrow_registration");
  const read = async () => {
    const counted = [];
    for (const statement of [{ ...SELECT_UNREGISTERED, values: [] }, COUNT_UNREGISTERED])
      counted.push(...(await rowsRead(admin, statement)));
    return counted.filter(({ rows }) => rows > 0);
  };
  expect(await read()).toEqual([]);
  await submit(cx);
  const owed = { table: "escrow_registration", index: "escrow_registration_owed", rows: 2 };
  expect((await read()).filter(({ table }) => table === owed.table)).toEqual([owed, owed]);
  expect((await selectUnregistered(cx.db)).map(({ grp }) => grp)).toEqual(["amount", "pricing"]);
  await registerPending(cx);
  expect(await read()).toEqual([]);
  await admin.end();
});

test("a group waits for its registration after any statement that inserts it, and only in its newest generation", async () => {
  const cx = await bench.person({ role: "client" });
  const id = await submit(cx);
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  const owed = async () =>
    (
      await admin.query<{ owed: string }>(
        "SELECT grp || ' ' || gen AS owed FROM escrow_registration WHERE transaction_id = $1 AND due_at IS NOT NULL ORDER BY 1",
        [id],
      )
    ).rows.map((row) => row.owed);
  expect(await owed()).toEqual(["amount 1", "pricing 1"]);
  await admin.query("ALTER TABLE transaction_group DISABLE TRIGGER transaction_group_entered");
  await admin.query(
    `INSERT INTO transaction_group SELECT transaction_id, grp, 2, tenant_id, ep, suite, field_count, protected, iv,
       ciphertext, tag, bd, entry_id FROM transaction_group WHERE transaction_id = $1 AND grp = 'amount'`,
    [id],
  );
  expect(await owed()).toEqual(["amount 2", "pricing 1"]);
  await admin.end();
});

test("a refused group waits an hour before the custodian is asked again", async () => {
  const cx = await bench.person({ role: "client" });
  const [item] = await readUnregistered(cx, [await submit(cx)], ["amount"]);
  if (item === undefined) throw new Error("one group expected");
  const { tx, grp, gen } = item;
  await storeRegistrations(cx, [{ ok: false, tx, grp, gen, reason: "envelope" }]);
  const due = async () => (await selectUnregistered(cx.db)).map((one) => one.grp);
  expect(await due()).toEqual(["pricing"]);
  const move = (by: string) =>
    queryAs(
      bench.database.adminUrl,
      `UPDATE escrow_registration SET due_at = due_at - interval '${by}' WHERE grp = 'amount'`,
    );
  await move("59 minutes");
  expect(await due()).toEqual(["pricing"]);
  await move("1 minute");
  expect(await due()).toEqual(["amount", "pricing"]);
  expect(await registerPending(cx)).toMatchObject({ registered: 2 });
});

test("the registrar reads only as many waiting groups as fit in memory, however many parties sent meanwhile", async () => {
  const cx = await bench.person({ role: "client" });
  const participants = [cx.principal.participantId];
  const settlement_details = { terms: "x".repeat(5_500_000) };
  const input = NewTransaction.parse({
    job_id: "job-1",
    confidential: true,
    participants,
    settlement_details,
  });
  for (let sent = 0; sent < 6; sent += 1) await submitTransaction(cx, input);
  const read = await selectUnregistered(cx.db);
  expect(read).toHaveLength(5);
  expect(await registerPending(cx)).toMatchObject({ registered: 5 });
  expect(await registerPending(cx)).toMatchObject({ registered: 1 });
});

test("groups wait while the custodian is unavailable, and an alarm follows after a minute", async () => {
  const cx = await bench.person({ role: "client" });
  await cx.escrow.epoch();
  await submit(cx);
  await bench.stopCustodian();
  await expect(registerPending(cx)).rejects.toMatchObject({ code: "custodian.unavailable" });
  const later = { ...cx, clock: { ...cx.clock, nowMs: () => Date.now() + 61_000 } };
  expect(await readRegistrationHealth(later)).toMatchObject({ waiting: 2, isAlarm: true });
});

test("a refusal is stored with its reason and raises an alarm; a later confirmation replaces it, and a refusal never replaces a confirmation", async () => {
  const cx = await bench.person({ role: "client" });
  const transaction = await submit(cx);
  const items = await readUnregistered(cx, [transaction], ["amount"]);
  const [item] = items;
  if (item === undefined) throw new Error("one group expected");
  const refused = { ok: false, tx: item.tx, grp: item.grp, gen: item.gen, reason: "envelope" } as const;
  await storeRegistrations(cx, [refused]);
  expect(await readRegistrationHealth(cx)).toMatchObject({ refused: 1, isAlarm: true });
  await storeRegistrations(cx, await cx.escrow.register(items));
  await storeRegistrations(cx, [refused]);
  expect(await readRegistrationHealth(cx)).toMatchObject({ waiting: 1, refused: 0 });
  expect(await readUnregistered(cx, [transaction], ["amount"])).toEqual([]);
});

test("an epoch is stored once with its entry, and its signature verifies from the row", async () => {
  const cx = await bench.person({ role: "client" });
  await Promise.all([recordEpoch(cx), recordEpoch(cx), recordEpoch(cx)]);
  const [stored, ...more] = await inSnapshot(cx, (tx) => selectEpochs(tx, cx.instance.log));
  expect(more).toEqual([]);
  const { signed } = await cx.escrow.epoch();
  expect(stored).toEqual({ ...signed, state: "active" });
  const listed = await listEscrowEpochs(cx);
  expect(listed).toMatchObject({
    custodian: cx.escrow.vkey,
    items: [{ epoch: 1, signature: signed.signature }],
  });
});
