import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { registerPending } from "@/lib/escrow/client/registrar";
import { changeKeyState } from "@/lib/keys/change-state";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { getRotation } from "@/lib/keys/rotation/view";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { dropFormer } from "@/lib/transactions/rewrap/drop-former";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { setStatus } from "@/lib/transactions/status/set-status";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

/** Continues rotations as a portal does, with a worker that takes entries. */
async function run(cx: Person): Promise<void> {
  await bench.integrate();
  await runRotations({ ...cx, system: "portal" });
}

async function rowsOf<T extends object>(text: string, values: readonly unknown[]): Promise<T[]> {
  const client = new Client({ connectionString: bench.database.adminUrl });
  await client.connect();
  try {
    return (await client.query<T>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

const SENT = { amount: "1000", currency: "EUR", narrative: "a narrative" };

async function submit(from: Person, to: Person): Promise<string> {
  const input = NewTransaction.parse({
    job_id: "job-1",
    confidential: true,
    participants: [to.principal.participantId],
    ...SENT,
  });
  return (await submitTransaction(from, input)).transaction_id;
}

const opened = async (cx: Person, transaction: string): Promise<unknown> =>
  (await openTransaction(cx, transaction, { purpose: "settlement" })).data;

interface Group {
  grp: string;
  gen: number;
  ciphertext: string;
  rd: string;
}

const groupsOf = (transaction: string): Promise<Group[]> =>
  rowsOf(
    `SELECT g.grp, g.gen, g.ciphertext, t.rd FROM transaction_group g JOIN transaction t ON t.id = g.transaction_id
     WHERE t.id = $1 ORDER BY g.grp, g.gen`,
    [transaction],
  );

const wrapsOf = (transaction: string): Promise<{ gen: number; kid: string }[]> =>
  rowsOf(
    "SELECT gen, kid FROM wrap WHERE transaction_id = $1 AND grp = 'amount' AND kind <> 'former' ORDER BY position",
    [transaction],
  );

const formerOf = (transaction: string): Promise<{ key: string; kid: string }[]> =>
  rowsOf(
    "SELECT grp || ' ' || gen AS key, kid FROM wrap WHERE transaction_id = $1 AND kind = 'former' ORDER BY grp, gen",
    [transaction],
  );

async function rotate(owner: Person): Promise<string> {
  const { participantId } = owner.principal;
  const { rotation_id, mode } = await rotateKey(owner, { participantId }, "reseal");
  expect(mode).toBe("reseal");
  await run(owner);
  return rotation_id;
}

it("a reseal gives active data a new content key, gen + 1 and today's keys, and leaves settled data their payload", async () => {
  const owner = await bench.person({ role: "client" });
  const other = await bench.person({ role: "miner" });
  const [active, settled] = [await submit(owner, other), await submit(owner, other)];
  for (const status of ["processing", "completed", "settled"] as const)
    await setStatus(owner, settled, { status });
  const before = { active: await groupsOf(active), settled: await groupsOf(settled) };
  const rotation = await rotate(owner);
  expect(await getRotation(owner, rotation)).toMatchObject({ state: "completed", total: 4, rewrapped: 4 });
  expect(await groupsOf(settled)).toEqual(before.settled);
  const after = await groupsOf(active);
  expect(after.map(({ grp, gen }) => `${grp} ${gen}`)).toEqual([
    "amount 1",
    "amount 2",
    "narrative 1",
    "narrative 2",
  ]);
  expect(new Set(after.map(({ ciphertext }) => ciphertext)).size).toBe(4);
  expect(new Set(after.map(({ rd }) => rd))).toEqual(new Set([before.active[0]?.rd]));
  const [mine, theirs] = [owner, other].map(({ principal }) => principal.participantId);
  expect(await wrapsOf(active)).toEqual(
    expect.arrayContaining([
      { gen: 2, kid: `${mine}#2` },
      { gen: 2, kid: `${theirs}#1` },
      { gen: 2, kid: "escrow#1" },
    ]),
  );
  expect((await wrapsOf(active)).every(({ gen }) => gen === 2)).toBe(true);
  expect((await wrapsOf(settled)).map(({ gen }) => gen)).toEqual([1, 1, 1]);
  for (const id of [active, settled]) {
    expect(await opened(owner, id)).toEqual(SENT);
    expect(await opened(other, id)).toEqual(SENT);
  }
});

it("the custodian registers the resealed generation, and the former one can no longer be registered", async () => {
  const owner = await bench.person({ role: "client" });
  const id = await submit(owner, await bench.person({ role: "miner" }));
  const fresh = await submit(owner, await bench.person({ role: "miner" }));
  await registerPending(owner);
  await rotate(owner);
  const later = await submit(owner, await bench.person({ role: "miner" }));
  await rotate(owner);
  while ((await registerPending(owner)).registered > 0);
  const known = await rowsOf<{ key: string; signed: boolean; owed: boolean }>(
    `SELECT grp || ' ' || gen AS key, signature IS NOT NULL AS signed, due_at IS NOT NULL AS owed
     FROM escrow_registration WHERE transaction_id = ANY ($1) ORDER BY transaction_id, grp, gen`,
    [[id, fresh, later]],
  );
  expect(known.filter(({ owed }) => owed)).toEqual([]);
  const registered = known.filter(({ signed }) => signed);
  // The first two were registered at 1 and now at 3; the last one was never registered at 1.
  expect(registered.map(({ key }) => key)).toEqual([
    ...["amount 1", "amount 3", "narrative 1", "narrative 3"],
    ...["amount 1", "amount 3", "narrative 1", "narrative 3"],
    ...["amount 2", "narrative 2"],
  ]);
});

it("a reseal waits while a party has no active key to seal to, and continues with the next rotation", async () => {
  const owner = await bench.person({ role: "client" });
  const other = await bench.person({ role: "miner" });
  const id = await submit(owner, other);
  const [key] = await rowsOf<{ id: string }>("SELECT id FROM key_version WHERE participant_id = $1", [
    other.principal.participantId,
  ]);
  await changeKeyState(other, key?.id ?? "", { state: "suspended", reason: "lost" });
  const failed = await rotate(owner);
  expect(await getRotation(owner, failed)).toMatchObject({ state: "failed", total: 2, rewrapped: 0 });
  expect(await opened(owner, id)).toEqual(SENT);
  await changeKeyState(other, key?.id ?? "", { state: "active", reason: "found" });
  const completed = await rotate(owner);
  expect(await getRotation(owner, completed)).toMatchObject({ state: "completed", total: 2, rewrapped: 2 });
  expect(await opened(owner, id)).toEqual(SENT);
  expect(await opened(other, id)).toEqual(SENT);
});

it("a reseal of a compromised key takes two people, also reseals settled data, and opens nothing meanwhile", async () => {
  const owner = await bench.person({ role: "client" });
  const other = await bench.person({ role: "miner" });
  const admin = await bench.person({ role: "admin", duties: ["admin"] });
  const ids = [await submit(owner, other), await submit(owner, other)];
  for (const status of ["processing", "completed", "settled"] as const)
    await setStatus(owner, ids[1] ?? "", { status });
  const { participantId } = owner.principal;
  const [key] = await rowsOf<{ id: string }>("SELECT id FROM key_version WHERE participant_id = $1", [
    participantId,
  ]);
  const keyId = key?.id ?? "";
  await changeKeyState(owner, keyId, { state: "compromised", reason: "a stolen backup" });
  expect(await outcomeOf(opened(owner, ids[0] ?? ""))).toBe("key.state");
  expect(await outcomeOf(submit(other, owner))).toBe("participant.no-active-key");
  const asked = await rotateKey(owner, { keyId }, "rewrap");
  expect(asked).toMatchObject({ state: "asked", mode: "reseal", total: 4 });
  // Asking again is not an agreement, and no entry moves before an agreement.
  expect(await rotateKey(owner, { keyId }, "rewrap")).toMatchObject({ state: "asked" });
  await run(owner);
  expect(await getRotation(owner, asked.rotation_id)).toMatchObject({ state: "asked", rewrapped: 0 });
  const schedule = { ...owner, principal: undefined, system: "portal" };
  expect(await outcomeOf(rotateKey(schedule, { keyId }, "reseal"))).toBe("key.state");
  expect(await outcomeOf(rotateKey(other, { keyId }, "reseal"))).toBe("access.forbidden");
  // Another account of the requester is not a second person (ADR 0037).
  const again = await bench.person({ role: "admin", duties: ["admin"] });
  const database = new Client({ connectionString: bench.database.adminUrl });
  await database.connect();
  await pastTriggers(database, ["app_user"], () =>
    database.query("UPDATE app_user SET email = $2 WHERE id = $1", [
      again.principal.userId,
      `${owner.principal.handle}+two@test.example`,
    ]),
  );
  await database.end();
  expect(await rotateKey(again, { keyId }, "reseal")).toMatchObject({ state: "asked" });
  expect(await rotateKey(admin, { keyId }, "reseal")).toMatchObject({
    rotation_id: asked.rotation_id,
    state: "running",
    old_version: 1,
    new_version: 2,
  });
  await run(owner);
  expect(await getRotation(owner, asked.rotation_id)).toMatchObject({ state: "completed", rewrapped: 4 });
  for (const id of ids) {
    expect((await wrapsOf(id)).map(({ gen }) => gen)).toEqual([2, 2, 2]);
    expect(await opened(owner, id)).toEqual(SENT);
    expect(await opened(other, id)).toEqual(SENT);
  }
  await changeKeyState(owner, keyId, { state: "destroyed", reason: "emptied" });
});

it("a compromised key's entries move to the active key if one exists, and other rotations of the participant wait", async () => {
  const owner = await bench.person({ role: "client" });
  const admin = await bench.person({ role: "admin", duties: ["admin"] });
  const id = await submit(owner, await bench.person({ role: "miner" }));
  const { participantId } = owner.principal;
  const { rotation_id } = await rotateKey(owner, { participantId }, "rewrap");
  const [first] = await rowsOf<{ id: string }>(
    "SELECT id FROM key_version WHERE participant_id = $1 AND version = 1",
    [participantId],
  );
  await changeKeyState(owner, first?.id ?? "", { state: "compromised", reason: "a stolen backup" });
  // The running rotation may not use the compromised key, and reports that entries are left.
  await run(owner);
  expect(await getRotation(owner, rotation_id)).toMatchObject({ state: "failed", total: 2, rewrapped: 0 });
  expect((await wrapsOf(id)).map(({ kid }) => kid)).toContain(`${participantId}#1`);
  await rotateKey(admin, { keyId: first?.id ?? "" }, "reseal");
  expect(await rotateKey(owner, { participantId }, "rewrap")).toMatchObject({ state: "asked" });
  expect(await rotateKey(owner, { keyId: first?.id ?? "" }, "reseal")).toMatchObject({
    state: "running",
    new_version: 2,
  });
  await run(owner);
  expect((await wrapsOf(id)).map(({ kid }) => kid)).toContain(`${participantId}#2`);
  expect(await opened(owner, id)).toEqual(SENT);
});

it("a reseal keeps the escrow's former entries until the custodian confirms the new ones, then removes them with an entry", async () => {
  const owner = await bench.person({ role: "client" });
  const other = await bench.person({ role: "miner" });
  const portal = { ...owner, principal: undefined, system: "portal" };
  const id = await submit(owner, other);
  await rotate(owner);
  await rotate(owner);
  const kept = ["amount 1", "amount 2", "narrative 1", "narrative 2"].map((key) => ({
    key,
    kid: "escrow#1",
  }));
  expect(await formerOf(id)).toEqual(kept);
  await dropFormer(portal);
  expect(await formerOf(id)).toEqual(kept);
  expect(await opened(owner, id)).toEqual(SENT);
  expect(await opened(other, id)).toEqual(SENT);
  // A confirmation without the custodian's signature does not count.
  await rowsOf(
    `UPDATE escrow_registration SET kid = 'escrow#1', signature = $2, registered_at = now(), due_at = NULL
     WHERE transaction_id = $1 AND grp = 'amount' AND gen = 3`,
    [id, "A".repeat(86)],
  );
  await dropFormer(portal);
  expect(await formerOf(id)).toEqual(kept);
  await rowsOf(
    `UPDATE escrow_registration SET kid = NULL, signature = NULL, due_at = now()
     WHERE transaction_id = $1 AND grp = 'amount' AND gen = 3`,
    [id],
  );
  while ((await registerPending(owner)).registered > 0);
  await Promise.all([dropFormer(portal), dropFormer(portal)]);
  while ((await dropFormer(portal)) > 0);
  expect(await formerOf(id)).toEqual([]);
  expect(await wrapsOf(id)).toHaveLength(3);
  const entries = await rowsOf(
    "SELECT 1 FROM audit_index WHERE action = 'transaction.confirm' AND transaction_id = $1",
    [id],
  );
  expect(entries).toHaveLength(1);
  expect(await opened(owner, id)).toEqual(SENT);
});
