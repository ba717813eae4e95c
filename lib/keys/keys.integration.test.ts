import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { generateX25519, x25519Shared } from "@/lib/crypto/primitives";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { findActiveKeys, lockActiveKeys } from "@/lib/keys/active-keys";
import { getKey, listKeys, listRecipients } from "@/lib/keys/list-keys";
import { managedDerivers } from "@/lib/keys/managed-deriver";
import { registerKey } from "@/lib/keys/register/register-key";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

const MANAGED = { algorithm: "X25519", custody: "managed" } as const;

/** A person with write access to the database who writes no log entries. */
async function tamper(statement: string, values: readonly unknown[]): Promise<void> {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await admin.query("SET session_replication_role = replica");
  await admin.query("ALTER TABLE key_version DISABLE TRIGGER key_version_complete");
  try {
    await admin.query(statement, [...values]);
  } finally {
    await admin.query("ALTER TABLE key_version ENABLE ALWAYS TRIGGER key_version_complete");
    await admin.end();
  }
}

async function codeOf(act: Promise<unknown>): Promise<string | undefined> {
  const error = await act.catch((failure: unknown) => failure);
  return error instanceof DomainError ? error.code : undefined;
}

/** Derives with a participant's first version, as an opening does. */
const deriveOnce = (
  cx: Awaited<ReturnType<UseCaseBench["person"]>>,
  participantId: string,
  epk: Uint8Array,
): Promise<Uint8Array | undefined> =>
  inTransaction(cx, async (tx) => {
    const derivers = await managedDerivers(tx, cx, { participantId, versions: [1] });
    return derivers.get(`${participantId}#1`)?.(epk);
  });

test("twenty registrations at the same time make one active key, and all return it", async () => {
  const cx = await bench.person({ role: "client", hasKey: false });
  const input = { participant_id: cx.principal.participantId, ...MANAGED };
  const results = await Promise.all(Array.from({ length: 20 }, () => registerKey(cx, input)));
  expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(new Set(results.map(({ key }) => key.key_id)).size).toBe(1);
  const [first] = results.filter(({ isNew }) => isNew);
  expect(first?.key).toMatchObject({
    key_version: 1,
    state: "active",
    kid: `${cx.principal.participantId}#1`,
  });
  expect(first?.key.receipt?.signature).toBeTypeOf("string");
});

test("the managed key derives what its owner's key would", async () => {
  const cx = await bench.person({ role: "miner" });
  const { participantId } = cx.principal;
  const [key] = await inSnapshot(cx, (tx) => findActiveKeys(cx, tx, [participantId]));
  if (key === undefined) throw new Error("an active key expected");
  const other = generateX25519();
  const derived = await deriveOnce(cx, participantId, other.publicKey);
  expect(derived).toEqual(x25519Shared(other.privateKey, key.publicKey));
});

test("only a participant's own users register a key for it, and operators and support cannot", async () => {
  const owner = await bench.person({ role: "client", hasKey: false });
  const other = await bench.person({ role: "client", hasKey: false });
  const input = { participant_id: owner.principal.participantId, ...MANAGED };
  expect(await codeOf(registerKey(other, input))).toBe("access.forbidden");
  for (const duties of [[], ["approve"], ["support"]] as const) {
    const operator = await bench.person({ role: "coordinator", duties, hasKey: false });
    expect(await codeOf(registerKey(operator, input))).toBe("access.forbidden");
    expect(await codeOf(registerKey(operator, { participant_id: "unknown-1", ...MANAGED }))).toBe(
      "access.forbidden",
    );
  }
  const admin = await bench.person({ role: "admin", hasKey: false });
  expect(await codeOf(registerKey(admin, input))).toBe("access.forbidden");
  expect((await registerKey(owner, input)).isNew).toBe(true);
});

test("only clients and miners have keys, so people of the operator or an agency cannot register one", async () => {
  for (const role of ["coordinator", "auditor", "regulator", "admin"] as const) {
    const cx = await bench.person({ role, hasKey: false });
    const input = { participant_id: cx.principal.participantId, ...MANAGED };
    expect(await codeOf(registerKey(cx, input))).toBe("access.forbidden");
  }
});

test("a public key is not sealed to when its registration entry does not vouch for it", async () => {
  const cx = await bench.person({ role: "client" });
  const { participantId } = cx.principal;
  const evil = toBase64url(generateX25519().publicKey);
  await tamper("UPDATE key_version SET public_key = $1 WHERE participant_id = $2", [evil, participantId]);
  await expect(inSnapshot(cx, (tx) => findActiveKeys(cx, tx, [participantId]))).rejects.toThrow(
    InvariantError,
  );
});

test.each(["suspended", "compromised"])(
  "a key that is %s opens nothing and is not sealed to",
  async (state) => {
    const cx = await bench.person({ role: "client" });
    const { participantId } = cx.principal;
    await tamper("UPDATE key_version SET state = $1 WHERE participant_id = $2", [state, participantId]);
    expect(await codeOf(deriveOnce(cx, participantId, generateX25519().publicKey))).toBe("key.state");
    expect(await inSnapshot(cx, (tx) => findActiveKeys(cx, tx, [participantId]))).toEqual([]);
  },
);

test("a blob moved to another participant's row opens nothing", async () => {
  const cx = await bench.person({ role: "client" });
  const victim = await bench.person({ role: "client" });
  const { participantId } = cx.principal;
  await tamper(
    "UPDATE key_version SET private_blob = (SELECT private_blob FROM key_version WHERE participant_id = $1) WHERE participant_id = $2",
    [victim.principal.participantId, participantId],
  );
  expect(await codeOf(deriveOnce(cx, participantId, generateX25519().publicKey))).toBe(
    "service.keystore-unavailable",
  );
});

test("a locked key cannot change its state before the sealing transaction ends", async () => {
  const cx = await bench.person({ role: "client" });
  const { participantId } = cx.principal;
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await inTransaction(cx, async (tx) => {
    expect(await lockActiveKeys(cx, tx, [participantId])).toHaveLength(1);
    await admin.query("SET lock_timeout = '200ms'");
    const change = admin.query("UPDATE key_version SET state = 'suspended' WHERE participant_id = $1", [
      participantId,
    ]);
    await expect(change).rejects.toMatchObject({ code: "55P03" });
  });
  await admin.end();
});

test("a change of a key without its entry does not commit, and no state is skipped", async () => {
  const cx = await bench.person({ role: "client" });
  const { participantId } = cx.principal;
  const change = (state: string) =>
    inTransaction(cx, (tx) =>
      tx.key_version.updateMany({ where: { participant_id: participantId }, data: { state } }),
    );
  await expect(change("suspended")).rejects.toThrow(InvariantError);
  await expect(change("destroyed")).rejects.toThrow();
});

test("all callers can list keys page by page, and only those concerned see what the keys still open", async () => {
  const cx = await bench.person({ role: "client" });
  const other = await bench.person({ role: "miner" });
  const query = { participant_id: cx.principal.participantId, limit: 50 };
  const [own] = (await listKeys(cx, query)).items;
  const [seen] = (await listKeys(other, query)).items;
  expect(own).toMatchObject({ state: "active", custody: "managed", remaining_wraps: 0 });
  expect(seen).not.toHaveProperty("remaining_wraps");
  expect(await getKey(cx, own?.key_id ?? "")).toEqual(own);
  const first = await listKeys(cx, { limit: 1 });
  const second = await listKeys(cx, { limit: 1, cursor: first.next_cursor ?? "" });
  expect(second.items[0]?.key_id).not.toBe(first.items[0]?.key_id);
  expect(await codeOf(listKeys(cx, { limit: 1, cursor: "nonsense" }))).toBe("request.invalid");
});

test("many versions can be listed newest first, and the cursor continues from there", async () => {
  const cx = await bench.person({ role: "client" });
  const of = { participant_id: cx.principal.participantId, order: "newest", limit: 1 } as const;
  const [first] = (await listKeys(cx, of)).items;
  await rotateKey(cx, { participantId: cx.principal.participantId ?? "" }, "rewrap");
  const newest = await listKeys(cx, of);
  expect(newest.items[0]).toMatchObject({ key_version: 2, state: "active" });
  const older = await listKeys(cx, { ...of, cursor: newest.next_cursor ?? "" });
  expect(older.items[0]?.key_id).toBe(first?.key_id);
  expect(older.next_cursor).toBeNull();
  expect((await listRecipients(cx)).map(({ kid }) => kid)).toContain(newest.items[0]?.kid);
});

test("those concerned see when a managed key rotates automatically, by the rule that rotates it", async () => {
  const cx = await bench.person({ role: "client" });
  const query = { participant_id: cx.principal.participantId, limit: 50 };
  const shown = (by: typeof cx) =>
    listKeys({ ...by, instance: { ...by.instance, keyRotationDays: 90 } }, query).then(
      ({ items }) => items[0],
    );
  const own = await shown(cx);
  const made = Date.parse(own?.registered_at ?? "");
  expect(own?.due_at).toBe(new Date(made + 90 * 86_400_000).toISOString());
  expect(await shown(await bench.person({ role: "miner" }))).not.toHaveProperty("due_at");
  // A process that rotates no keys automatically shows no date.
  expect((await listKeys(cx, query)).items[0]).not.toHaveProperty("due_at");
  await tamper("UPDATE key_version SET state = 'suspended' WHERE id = $1::uuid", [own?.key_id]);
  expect(await shown(cx)).not.toHaveProperty("due_at");
});
