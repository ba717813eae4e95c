import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEnvelope } from "@/lib/crypto/envelope/envelope";
import { inSnapshot } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { registerPending } from "@/lib/escrow/client/registrar";
import { findActiveKeys } from "@/lib/keys/active-keys";
import { changeKeyState } from "@/lib/keys/change-state";
import { listKeys } from "@/lib/keys/list-keys";
import { proveKey } from "@/lib/keys/possession/prove-key";
import { registerKey } from "@/lib/keys/register/register-key";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { getRotation } from "@/lib/keys/rotation/view";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvedRequest,
  createRequestBench,
  newTransaction,
  type RequestBench,
  type RequestPerson,
} from "@/lib/testing/benches/request-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { createKeyHolder, heldBy, type KeyHolder, proofOf } from "@/lib/testing/devices/key-holder";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { getEnvelopes } from "@/lib/transactions/read/get-envelopes";
import { loadSealed } from "@/lib/transactions/read/load-sealed";
import { dropFormer } from "@/lib/transactions/rewrap/drop-former";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { setStatus } from "@/lib/transactions/status/set-status";
import { findTransaction } from "@/lib/transactions/store";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench.close());

describe("a reseal", () => {
  type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

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

  /** Returns the id of a participant's key version. */
  async function keyOf({ principal }: Person, version: number): Promise<string> {
    const [key] = await rowsOf<{ id: string }>(
      "SELECT id FROM key_version WHERE participant_id = $1 AND version = $2",
      [principal.participantId, version],
    );
    return key?.id ?? "";
  }

  const managedKey = ({ principal }: Person) =>
    ({ participant_id: principal.participantId, algorithm: "X25519", custody: "managed" }) as const;

  it("a compromised key's rotation is refused while another one is open, which waits for the next active key", async () => {
    const owner = await bench.person({ role: "client" });
    const admin = await bench.person({ role: "admin", duties: ["admin"] });
    const other = await bench.person({ role: "miner" });
    const { participantId } = owner.principal;
    const first = await submit(owner, other);
    const { rotation_id } = await rotateKey(owner, { participantId }, "rewrap");
    const later = await submit(other, owner);
    const keyId = await keyOf(owner, 2);
    await changeKeyState(owner, keyId, { state: "compromised", reason: "stolen" });
    expect(await outcomeOf(rotateKey(owner, { keyId }, "reseal"))).toBe("key.state");
    await run(owner);
    expect(await getRotation(owner, rotation_id)).toMatchObject({ state: "running", rewrapped: 0 });
    await registerKey(owner, managedKey(owner));
    await run(owner);
    expect(await getRotation(owner, rotation_id)).toMatchObject({ state: "completed", rewrapped: 2 });
    const asked = await rotateKey(owner, { keyId }, "reseal");
    expect(asked).toMatchObject({ state: "asked", total: 2 });
    expect(await rotateKey(admin, { keyId }, "reseal")).toMatchObject({ state: "running", new_version: 3 });
    await run(owner);
    expect(await getRotation(owner, asked.rotation_id)).toMatchObject({ state: "completed", rewrapped: 2 });
    for (const id of [first, later]) {
      expect((await wrapsOf(id)).map(({ kid }) => kid)).toContain(`${participantId}#3`);
      expect(await opened(owner, id)).toEqual(SENT);
    }
  });

  it("a compromised key is not destroyed while its rotation is open, and none is agreed to while a key is suspended", async () => {
    const owner = await bench.person({ role: "client" });
    const admin = await bench.person({ role: "admin", duties: ["admin"] });
    const id = await submit(owner, await bench.person({ role: "miner" }));
    await rotate(owner);
    const keyId = await keyOf(owner, 1);
    const second = await keyOf(owner, 2);
    await changeKeyState(owner, keyId, { state: "compromised", reason: "a stolen backup" });
    await rotateKey(owner, { keyId }, "reseal");
    const destroy = () => changeKeyState(owner, keyId, { state: "destroyed", reason: "empty" });
    expect(await outcomeOf(destroy())).toBe("key.state");
    await changeKeyState(owner, second, { state: "suspended", reason: "lost" });
    expect(await outcomeOf(rotateKey(admin, { keyId }, "reseal"))).toBe("key.state");
    await changeKeyState(owner, second, { state: "active", reason: "found" });
    expect(await rotateKey(admin, { keyId }, "reseal")).toMatchObject({ state: "running", new_version: 2 });
    await run(owner);
    expect((await destroy()).state).toBe("destroyed");
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
});

describe("client-held keys", () => {
  type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

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

  async function run(cx: Person): Promise<void> {
    await bench.integrate();
    await runRotations({ ...cx, system: "portal" });
  }

  async function groupsOf(id: string) {
    return inSnapshot(bench.cx, async (tx) => {
      const transaction = await findTransaction(tx.run, bench.place.tenantId, id);
      if (transaction === undefined) throw new TypeError("no transaction");
      return { transaction, groups: (await loadSealed(tx, transaction)).groups };
    });
  }

  /** Returns what a holder reads with their own private key, from the rows of `GET …/envelopes`. */
  async function readWith(holder: KeyHolder, kid: string, id: string): Promise<unknown> {
    const { transaction, groups } = await groupsOf(id);
    const read: Record<string, unknown> = {};
    for (const { context, envelope, row } of groups) {
      const { derive } = holder;
      const { digestList: list } = transaction;
      const { fields } = await openEnvelope({
        ...context,
        envelope,
        kid,
        derive,
        list,
        fieldCount: row.fieldCount,
      });
      Object.assign(read, fields);
    }
    return read;
  }

  const kidsOf = async (id: string): Promise<string[]> =>
    (await groupsOf(id)).groups.flatMap(({ wraps }) => wraps.map(({ kid }) => kid)).sort();

  const statesOf = async (cx: Person): Promise<unknown[]> => {
    const { items } = await listKeys(cx, { participant_id: cx.principal.participantId, limit: 20 });
    return items.map(({ custody, state, remaining_wraps }) => [custody, state, remaining_wraps]);
  };

  /** Registers a client-held key and proves it, with the former key's proof if that is client-held too. */
  async function hold(cx: Person, former?: KeyHolder) {
    const holder = createKeyHolder();
    const { key } = await registerKey(cx, heldBy(holder, cx.principal.participantId));
    const proven = await proveKey(cx, key.key_id, proofOf(key, holder, former));
    return { holder, proven };
  }

  it("only its holder opens what is sealed for a client-held key, and no call of the service does", async () => {
    const owner = await bench.person({ role: "client", hasKey: false });
    const other = await bench.person({ role: "miner" });
    const { holder, proven } = await hold(owner);
    for (const id of [await submit(owner, other), await submit(other, owner)]) {
      expect(await readWith(holder, proven.kid, id)).toEqual(SENT);
      expect((await openTransaction(other, id, { purpose: "settlement" })).data).toEqual(SENT);
      expect(await outcomeOf(openTransaction(owner, id, { purpose: "settlement" }))).toBe("key.state");
    }
  });

  it("a client-held key replaces a managed one, and sealed data is moved to it with payloads unchanged", async () => {
    const owner = await bench.person({ role: "client" });
    const other = await bench.person({ role: "miner" });
    const id = await submit(owner, other);
    const before = await groupsOf(id);
    const { holder, proven } = await hold(owner);
    const { participantId } = owner.principal;
    expect(proven.replaced).toMatchObject({ kid: `${participantId}#1`, remaining_wraps: 2 });
    await run(owner);
    const rotation = await getRotation(owner, proven.rotation_id ?? "");
    expect(rotation).toMatchObject({
      state: "completed",
      total: 2,
      rewrapped: 2,
      old_version: 1,
      new_version: 2,
    });
    const after = await groupsOf(id);
    expect(after.groups.map(({ row }) => [row.bd, row.ciphertext])).toEqual(
      before.groups.map(({ row }) => [row.bd, row.ciphertext]),
    );
    expect(await readWith(holder, `${participantId}#2`, id)).toEqual(SENT);
    expect((await openTransaction(other, id, { purpose: "settlement" })).data).toEqual(SENT);
    expect(await statesOf(owner)).toEqual([
      ["managed", "deactivated", 0],
      ["client", "active", 2],
    ]);
  });

  it("replacing a client-held key needs possession of both, and the service moves no entry that it cannot open", async () => {
    const owner = await bench.person({ role: "client", hasKey: false });
    const other = await bench.person({ role: "miner" });
    const { holder: first } = await hold(owner);
    const id = await submit(owner, other);
    const kids = await kidsOf(id);
    const { participantId } = owner.principal;
    const thief = createKeyHolder();
    const ask = async (holder: KeyHolder) => (await registerKey(owner, heldBy(holder, participantId))).key;
    const asked = await ask(thief);
    expect(asked.replaces?.kid).toBe(`${participantId}#1`);
    const alone = await refusalOf(
      proveKey(owner, asked.key_id, { client_tag: thief.answer(asked.challenge) }),
    );
    expect(alone).toMatchObject({ code: "key.proof", errors: [{ pointer: "/replaced_tag" }] });
    const again = await ask(thief);
    const tag = thief.answer(again.challenge);
    expect(await outcomeOf(proveKey(owner, again.key_id, { client_tag: tag, replaced_tag: tag }))).toBe(
      "key.proof",
    );
    const { holder: second, proven } = await hold(owner, first);
    expect(proven.replaced).toMatchObject({ kid: `${participantId}#1`, remaining_wraps: 2 });
    expect(proven.rotation_id).toBeUndefined();
    await run(owner);
    expect(await kidsOf(id)).toEqual(kids);
    expect(await readWith(first, `${participantId}#1`, id)).toEqual(SENT);
    const later = await submit(other, owner);
    expect(await readWith(second, `${participantId}#3`, later)).toEqual(SENT);
    expect(await statesOf(owner)).toEqual([
      ["client", "deactivated", 2],
      ["client", "pre_active", 0],
      ["client", "active", 2],
    ]);
    const destroy = { state: "destroyed", reason: "over" } as const;
    expect(await outcomeOf(changeKeyState(owner, proven.replaced?.key_id ?? "", destroy))).toBe("key.state");
  });

  it("another party's rotation leaves a client-held key's entries unchanged, and a reseal seals for that key", async () => {
    const owner = await bench.person({ role: "client", hasKey: false });
    const other = await bench.person({ role: "miner" });
    const { holder, proven } = await hold(owner);
    const id = await submit(owner, other);
    for (const mode of ["rewrap", "reseal"] as const) {
      const { rotation_id } = await rotateKey(other, { participantId: other.principal.participantId }, mode);
      await run(other);
      expect(await getRotation(other, rotation_id)).toMatchObject({
        state: "completed",
        total: 2,
        rewrapped: 2,
      });
      expect(await readWith(holder, proven.kid, id)).toEqual(SENT);
    }
  });

  it("an open rotation does not block the proof of the next client-held key, and moves to that key", async () => {
    const owner = await bench.person({ role: "client" });
    const id = await submit(owner, await bench.person({ role: "miner" }));
    const { holder, proven } = await hold(owner);
    await changeKeyState(owner, proven.key_id, { state: "compromised", reason: "a stolen laptop" });
    await run(owner);
    const next = await hold(owner, holder);
    expect(next.proven.rotation_id).toBeUndefined();
    await run(owner);
    expect(await getRotation(owner, proven.rotation_id ?? "")).toMatchObject({
      state: "completed",
      rewrapped: 2,
    });
    expect(await readWith(next.holder, next.proven.kid, id)).toEqual(SENT);
  });

  it("a rotation that waits for a second person blocks neither the next client-held key nor, with it, the agreement", async () => {
    const owner = await bench.person({ role: "client" });
    const admin = await bench.person({ role: "admin", duties: ["admin"] });
    const id = await submit(owner, await bench.person({ role: "miner" }));
    const { holder, proven } = await hold(owner);
    await run(owner);
    const keyId = proven.replaced?.key_id ?? "";
    await changeKeyState(admin, keyId, { state: "compromised", reason: "an old backup" });
    const { rotation_id } = await rotateKey(admin, { keyId }, "reseal");
    await changeKeyState(admin, proven.key_id, { state: "compromised", reason: "a stolen laptop" });
    expect(await outcomeOf(rotateKey(owner, { keyId }, "reseal"))).toBe("key.state");
    await hold(owner, holder);
    expect(await rotateKey(owner, { keyId }, "reseal")).toMatchObject({ state: "running", new_version: 3 });
    await run(owner);
    expect(await getRotation(owner, rotation_id)).toMatchObject({ state: "completed" });
    expect(await readWith(holder, proven.kid, id)).toEqual(SENT);
  });

  it("a compromised client-held key cannot be replaced without its possession, not even by a managed key", async () => {
    const owner = await bench.person({ role: "client", hasKey: false });
    const { holder, proven } = await hold(owner);
    await changeKeyState(owner, proven.key_id, { state: "compromised", reason: "a stolen session" });
    const { participantId } = owner.principal;
    const managed = { participant_id: participantId, algorithm: "X25519", custody: "managed" } as const;
    expect(await outcomeOf(registerKey(owner, managed))).toBe("key.state");
    const { key } = await registerKey(owner, heldBy(createKeyHolder(), participantId));
    expect(key.replaces?.kid).toBe(proven.kid);
    expect((await hold(owner, holder)).proven.state).toBe("active");
  });

  it.each(["held", "managed"])(
    "a %s key's row with another's public key and the other's own log entry is not sealed to",
    async (custody) => {
      const owner = await bench.person({ role: "client", hasKey: custody === "managed" });
      if (custody === "held") await hold(owner);
      const { participantId } = owner.principal;
      const thief = await bench.person({ role: "client", hasKey: false });
      const { proven } = await hold(thief);
      const admin = new Client({ connectionString: bench.database.adminUrl });
      await admin.connect();
      await admin.query("ALTER TABLE key_version DISABLE TRIGGER USER");
      const { rows } = await admin.query(
        "UPDATE key_version SET public_key = id::text WHERE id = $1 RETURNING thumbprint, registration_entry_id, instance_signature",
        [proven.key_id],
      );
      const { thumbprint, registration_entry_id, instance_signature } = rows[0];
      const given = [participantId, proven.public_key, thumbprint, registration_entry_id, instance_signature];
      const { rowCount } = await admin.query(
        `UPDATE key_version SET public_key = $2, thumbprint = $3, registration_entry_id = $4, instance_signature = $5,
         custody = 'client' WHERE participant_id = $1`,
        given,
      );
      expect(rowCount).toBe(1);
      await admin.query("ALTER TABLE key_version ENABLE TRIGGER USER");
      await admin.query("ALTER TABLE key_version ENABLE ALWAYS TRIGGER key_version_complete");
      await admin.end();
      await expect(inSnapshot(owner, (tx) => findActiveKeys(owner, tx, [participantId]))).rejects.toThrow(
        InvariantError,
      );
    },
  );
});

describe("resealed records", () => {
  /** A party that rotates its key with `reseal` checks which of its settled records were resealed. */

  let bench: RequestBench;
  beforeAll(async () => {
    bench = await createRequestBench();
  });
  afterAll(() => bench?.close());

  async function settled(client: RequestPerson): Promise<string> {
    const id = await newTransaction(client);
    for (const status of ["processing", "completed", "settled"] as const)
      await setStatus(client, id, { status });
    return id;
  }

  const generations = async (client: RequestPerson, id: string) =>
    (await getEnvelopes(client, id)).items.map(({ group, gen }) => `${group} ${gen}`);

  it("a party does not learn from a rotation which of its settled records have a grant", async () => {
    const client = await bench.person({ role: "client" });
    const [asked, other] = [await settled(client), await settled(client)];
    while ((await registerPending(client)).registered > 0);
    await approvedRequest(bench, { transactions: [asked] });
    await rotateKey(client, { participantId: client.principal.participantId }, "reseal");
    await bench.integrate();
    await runRotations({ ...client, system: "portal" });
    expect(await generations(client, asked)).toEqual(await generations(client, other));
  });
});
