import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openEnvelope } from "@/lib/crypto/envelope/envelope";
import { within } from "@/lib/db/statement";
import { inSnapshot } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { findActiveKeys } from "@/lib/keys/active-keys";
import { changeKeyState } from "@/lib/keys/change-state";
import { listKeys } from "@/lib/keys/list-keys";
import { proveKey } from "@/lib/keys/possession/prove-key";
import { registerKey } from "@/lib/keys/register/register-key";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { getRotation } from "@/lib/keys/rotation/view";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { createKeyHolder, heldBy, type KeyHolder, proofOf } from "@/lib/testing/devices/key-holder";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { loadSealed } from "@/lib/transactions/read/load-sealed";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { findTransaction } from "@/lib/transactions/store";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

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
    const transaction = await findTransaction(within(tx), bench.place.tenantId, id);
    if (transaction === undefined) throw new TypeError("no transaction");
    return { transaction, groups: (await loadSealed(tx, transaction)).groups };
  });
}

/** Returns what a holder reads with their own private half, from the rows of `GET …/envelopes`. */
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

it("a client-held key replaces a managed one, and sealed data are moved to it with payloads unchanged", async () => {
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
  const alone = await refusalOf(proveKey(owner, asked.key_id, { client_tag: thief.answer(asked.challenge) }));
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
