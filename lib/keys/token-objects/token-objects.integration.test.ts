import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fixedClock } from "@/lib/clock";
import { toHex } from "@/lib/crypto/bytes";
import { inTransaction } from "@/lib/db/transaction";
import { readCustody } from "@/lib/env/custody";
import { DomainError, InvariantError } from "@/lib/errors";
import { changeKeyState } from "@/lib/keys/change-state";
import { listKeys } from "@/lib/keys/list-keys";
import { draftManagedKey } from "@/lib/keys/register/draft-key";
import { registerKey } from "@/lib/keys/register/register-key";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { lockParticipant } from "@/lib/keys/store";
import { selectNamedObjects, sweepResident } from "@/lib/keys/token-objects/sweep-resident";
import { stageRoot } from "@/lib/keystore/files/move-root";
import type { Keystore } from "@/lib/keystore/keystore";
import { holderOf, openKeystore } from "@/lib/keystore/open-keystore";
import { RENEWAL_PAUSE_MS } from "@/lib/keystore/roots/leased-keks";
import { SWEEP_AFTER_MS } from "@/lib/keystore/token/resident-keys";
import { TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import type { DestroyChildOptions } from "@/lib/testing/children/destroy-child";
import { makeSoftwareToken, type SoftwareToken } from "@/lib/testing/devices/software-token";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

const SENT = { amount: "1000", currency: "EUR", narrative: "a narrative" };
const PATIENCE = { attempts: 2, callMs: 60_000, pauseMs: 1 };
const clock = fixedClock(new Date());

let bench: UseCaseBench;
let token: SoftwareToken;
let variables: Record<string, string>;
let resident: Keystore;
const opened: Keystore[] = [];

async function keystoreWith(more: Record<string, string> = {}): Promise<Keystore> {
  const custody = readCustody({ ...variables, ...more });
  const time = { nowMs: clock.nowMs, later: () => undefined };
  const keystore = await openKeystore({ dir: bench.keyDir, custody, patience: PATIENCE, time });
  opened.push(keystore);
  return keystore;
}

/** A portal whose root was moved from a passphrase to a token in which new keys are made. */
beforeAll(async () => {
  bench = await createUseCaseBench();
  token = makeSoftwareToken();
  token.makeKey("root", "01", "--sensitive", "--private");
  variables = {
    SEALPORT_CUSTODY: `pkcs11-resident:${token.uri("root")}`,
    PKCS11_PIN: token.pin,
    PKCS11_ENV: token.environment,
    PKCS11_TOOL: token.tool,
  };
  const here = await holderOf(readCustody({ KEK_PASSPHRASE: TEST_PASSPHRASE }));
  await stageRoot(bench.keyDir, here, await holderOf(readCustody(variables), PATIENCE));
  resident = await keystoreWith();
});
afterAll(async () => {
  for (const keystore of opened) keystore.close();
  token?.close();
  await bench?.close();
});

const register = (cx: Person) =>
  registerKey(cx, { participant_id: cx.principal.participantId, algorithm: "X25519", custody: "managed" });

/** A participant whose key is made in the token. */
async function person(role: "client" | "miner"): Promise<Person> {
  const made = { ...(await bench.person({ role, hasKey: false })), keystore: resident };
  await register(made);
  return made;
}

async function submit(from: Person, to: Person): Promise<string> {
  const participants = [to.principal.participantId];
  const input = NewTransaction.parse({ job_id: "job-1", confidential: true, participants, ...SENT });
  return (await submitTransaction(from, input)).transaction_id;
}

const openedBy = (cx: Person, id: string): Promise<string> =>
  outcomeOf(openTransaction(cx, id, { purpose: "settlement" }));

async function rotate(cx: Person): Promise<void> {
  const active = (await keysOf(cx)).find(({ state }) => state === "active");
  await rotateKey(cx, { keyId: active?.key_id ?? "" }, "rewrap");
  await bench.integrate();
  await runRotations({ ...cx, system: "portal" });
}

const keysOf = async (cx: Person) =>
  (await listKeys(cx, { participant_id: cx.principal.participantId, limit: 100 })).items;

async function asOwner<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: bench.database.adminUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

interface Row {
  readonly state: string;
  readonly private_blob: Buffer | null;
}

/** Returns a participant's versions in order. */
const rowsOf = (cx: Person): Promise<Row[]> =>
  asOwner(async (client) => {
    const text = "SELECT state, private_blob FROM key_version WHERE participant_id = $1 ORDER BY version";
    return (await client.query<Row>(text, [cx.principal.participantId])).rows;
  });

const kindsOf = async (cx: Person) => (await rowsOf(cx)).map(({ private_blob: blob }) => blob?.[0]);

async function objectOf(cx: Person, at: number): Promise<string> {
  const blob = (await rowsOf(cx))[at]?.private_blob;
  if (blob?.[0] !== 0x02) throw new Error("a resident key expected");
  return toHex(blob.subarray(1, 17));
}

const destroy = (cx: Person, keyId: string) =>
  changeKeyState(cx, keyId, { state: "destroyed", reason: "a reason" });

it("keys in the token open what is sealed for them, and rotate from one to the next", async () => {
  const [owner, other] = [await person("client"), await person("miner")];
  const id = await submit(owner, other);
  expect([await openedBy(owner, id), await openedBy(other, id)]).toEqual(["done", "done"]);
  await rotate(owner);
  expect(await kindsOf(owner)).toEqual([0x02, 0x02]);
  expect([await openedBy(owner, id), await openedBy(other, id)]).toEqual(["done", "done"]);
  expect(owner.keystore.openedKeys()).toMatchObject({ kept: 0 });
});

it("rotation moves a participant's earlier sealed key into the token, and out of it again", async () => {
  const owner = await bench.person({ role: "client" });
  const id = await submit({ ...owner, keystore: resident }, await person("miner"));
  const inToken = { ...owner, keystore: resident };
  await rotate(inToken);
  expect(await kindsOf(owner)).toEqual([0x01, 0x02]);
  expect(await openedBy(inToken, id)).toBe("done");
  const sealed = await keystoreWith({ SEALPORT_CUSTODY: `pkcs11:${token.uri("root")}` });
  await rotate({ ...owner, keystore: sealed });
  expect(await kindsOf(owner)).toEqual([0x01, 0x02, 0x01]);
  expect(await openedBy({ ...owner, keystore: sealed }, id)).toBe("done");
});

/** A participant whose first version has no entries left, with that version's id and object. */
async function retired(): Promise<{ owner: Person; keyId: string; object: string }> {
  const owner = await person("client");
  await rotate(owner);
  const first = (await keysOf(owner)).find(({ key_version }) => key_version === 1);
  return { owner, keyId: first?.key_id ?? "", object: await objectOf(owner, 0) };
}

it("a key is destroyed once the token has destroyed it, and a second call returns the same", async () => {
  const { owner, keyId, object } = await retired();
  expect(token.listKeys()).toContain(object);
  expect(await destroy(owner, keyId)).toMatchObject({ was: "deactivated", state: "destroyed" });
  expect(token.listKeys()).not.toContain(object);
  expect((await rowsOf(owner))[0]).toEqual({ state: "destroyed", private_blob: null });
  expect(await outcomeOf(destroy(owner, keyId))).toBe("key.state");
});

it("a key is not recorded as destroyed while the token cannot destroy it, and no data is lost meanwhile", async () => {
  const { owner, keyId, object } = await retired();
  const other = await bench.person({ role: "miner", hasKey: false });
  const cx = { ...owner, keystore: await keystoreWith() };
  token.hide(true);
  try {
    expect(await outcomeOf(destroy(cx, keyId))).toBe("service.keystore-unavailable");
    clock.advance(RENEWAL_PAUSE_MS);
    expect(await outcomeOf(register({ ...other, keystore: cx.keystore }))).toBe(
      "service.keystore-unavailable",
    );
    expect(cx.keystore.serviceState()).toBe("late");
  } finally {
    token.hide(false);
  }
  expect((await rowsOf(owner)).map(({ state }) => state)).toEqual(["deactivated", "active"]);
  expect(await rowsOf(other)).toEqual([]);
  clock.advance(RENEWAL_PAUSE_MS);
  expect(await outcomeOf(destroy(cx, keyId))).toBe("done");
  expect(cx.keystore.serviceState()).toBe("up");
  expect(token.listKeys()).not.toContain(object);
});

it("after a kill between the token's destruction and the row's, the same call ends in destroyed", async () => {
  const { owner, keyId, object } = await retired();
  const options: DestroyChildOptions = {
    keyDir: bench.keyDir,
    databaseUrl: bench.database.appUrl,
    custody: variables,
    instance: bench.cx.instance,
    principal: owner.principal,
    keyId,
  };
  const program = [
    "--import",
    "tsx",
    "--conditions=react-server",
    path.resolve("lib/testing/children/destroy-child.ts"),
  ];
  await asOwner(async (client) => {
    // Entries cannot be written for this time: the token is done, and the row waits.
    await client.query("BEGIN");
    await client.query("LOCK TABLE audit_entry IN SHARE MODE");
    const child = spawn(process.execPath, [...program, JSON.stringify(options)], { stdio: "ignore" });
    const gone = once(child, "exit");
    await expect.poll(() => token.listKeys(), { timeout: 150_000 }).not.toContain(object);
    expect(child.exitCode).toBeNull();
    child.kill("SIGKILL");
    await gone;
    await client.query("ROLLBACK");
  });
  const waits =
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE '%transaction%'";
  await expect.poll(() => asOwner(async (client) => (await client.query(waits)).rowCount)).toBe(0);
  expect((await rowsOf(owner)).map(({ state }) => state)).toEqual(["deactivated", "active"]);
  expect(await destroy(owner, keyId)).toMatchObject({ was: "deactivated", state: "destroyed" });
  expect((await rowsOf(owner))[0]).toEqual({ state: "destroyed", private_blob: null });
});

it("a key whose registration is rolled back is destroyed an hour later, and keys that rows name stay", async () => {
  const owner = await person("client");
  const named = await objectOf(owner, 0);
  const other = { ...(await bench.person({ role: "miner", hasKey: false })), keystore: resident };
  let orphan = "";
  const aborted = inTransaction(other, async (tx) => {
    await lockParticipant(tx, other.principal.participantId);
    const { blob } = await draftManagedKey(tx, other, other.principal.participantId, "active");
    orphan = toHex(blob.subarray(1, 17));
    throw new DomainError("request.conflict");
  });
  expect(await outcomeOf(aborted)).toBe("request.conflict");
  await sweepResident(other);
  expect(token.listKeys()).toContain(orphan);
  clock.advance(SWEEP_AFTER_MS);
  await sweepResident(other);
  expect(token.listKeys()).not.toContain(orphan);
  expect(token.listKeys()).toContain(named);
  expect((await inTransaction(other, selectNamedObjects)).map(toHex)).toContain(named);
});

it("a row that names another's object cannot open, be sealed to, or destroy it", async () => {
  const { owner, keyId } = await retired();
  const other = await person("miner");
  const id = await submit(owner, other);
  const victim = await objectOf(other, 0);
  await asOwner(async (client) => {
    await client.query("SET session_replication_role = replica");
    await client.query("ALTER TABLE key_version DISABLE TRIGGER key_version_complete");
    await client.query(
      `UPDATE key_version SET private_blob = (SELECT private_blob FROM key_version WHERE participant_id = $1)
        WHERE participant_id = $2`,
      [other.principal.participantId, owner.principal.participantId],
    );
    await client.query("ALTER TABLE key_version ENABLE ALWAYS TRIGGER key_version_complete");
  });
  expect(await openedBy(owner, id)).toBe("service.keystore-unavailable");
  await expect(submit(other, owner)).rejects.toThrow(InvariantError);
  await expect(destroy(owner, keyId)).rejects.toMatchObject({ code: "service.keystore-unavailable" });
  expect((await rowsOf(owner)).map(({ state }) => state)).toEqual(["deactivated", "active"]);
  expect(token.listKeys()).toContain(victim);
  expect(await openedBy(other, id)).toBe("done");
});
