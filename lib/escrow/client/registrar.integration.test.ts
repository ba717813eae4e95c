import { afterEach, beforeEach, expect, test } from "vitest";
import { inSnapshot } from "@/lib/db/transaction";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { readUnregistered, storeRegistrations } from "@/lib/escrow/client/register-groups";
import { readRegistrationHealth, registerPending } from "@/lib/escrow/client/registrar";
import { selectEpochs, selectUnregistered } from "@/lib/escrow/client/store";
import { listEscrowEpochs } from "@/lib/keys/escrow-epochs/list-escrow-epochs";
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

test("groups are registered once and counted until then, also with two registrars", async () => {
  const cx = await bench.person({ role: "client" });
  await submit(cx);
  await submit(cx);
  expect(await readRegistrationHealth(cx)).toEqual({ waiting: 4, refused: 0, isAlarm: false });
  const both = await Promise.all([registerPending(cx), registerPending(cx)]);
  expect(both.every(({ more }) => !more)).toBe(true);
  expect(await readRegistrationHealth(cx)).toEqual({ waiting: 0, refused: 0, isAlarm: false });
  expect(await registerPending(cx)).toEqual({ registered: 0, more: false });
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
  const read = await inSnapshot(cx, (tx) => selectUnregistered(tx, 200));
  expect(read).toHaveLength(5);
  expect(await registerPending(cx)).toMatchObject({ registered: 5 });
  expect(await registerPending(cx)).toMatchObject({ registered: 1 });
});

test("groups wait while the custodian is away, and an alarm follows after a minute", async () => {
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
  await storeRegistrations(cx, items, [refused]);
  expect(await readRegistrationHealth(cx)).toMatchObject({ refused: 1, isAlarm: true });
  await storeRegistrations(cx, items, await cx.escrow.register(items));
  await storeRegistrations(cx, items, [refused]);
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
