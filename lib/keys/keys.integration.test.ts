import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, generateX25519, randomBytes, x25519Shared } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import type { RewrapStatement } from "@/lib/escrow/protocol/rewrap-statement";
import { findActiveKeys, lockActiveKeys } from "@/lib/keys/active-keys";
import { changeKeyState } from "@/lib/keys/change-state";
import { getKey, listKeys, listRecipients } from "@/lib/keys/list-keys";
import { managedDerivers } from "@/lib/keys/managed-deriver";
import { getRecovery } from "@/lib/keys/recovery/get-recovery";
import { signRecovery } from "@/lib/keys/recovery/sign-recovery";
import { draftManagedKey } from "@/lib/keys/register/draft-key";
import { registerKey } from "@/lib/keys/register/register-key";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { getRotation } from "@/lib/keys/rotation/view";
import { insertManagedKey, selectActiveKeys, updateState } from "@/lib/keys/store";
import { vouchedPublicKey } from "@/lib/keys/vouch";
import { asked, begun, helpers, type Loss, loss, run, signedBy } from "@/lib/testing/benches/recovery-acts";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench.close());

describe("keys", () => {
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
      const derivers = await managedDerivers(tx.run, cx, { participantId, versions: [1] });
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

  test("a row that was vouched for once is refused as soon as any value or byte of it has changed", async () => {
    const cx = await bench.person({ role: "client" });
    const other = await bench.person({ role: "client" });
    const rowOf = async (id: string) => {
      const [row] = await inSnapshot(cx, (tx) => selectActiveKeys(tx, [id], false));
      if (row?.blob === undefined || row.registration === undefined)
        throw new Error("a managed key expected");
      return { ...row, blob: row.blob, registration: row.registration };
    };
    const row = await rowOf(cx.principal.participantId);
    const foreign = await rowOf(other.principal.participantId);
    const publicKey = await vouchedPublicKey(cx, row);
    expect(await vouchedPublicKey(cx, foreign)).not.toEqual(publicKey);
    const flip = (bytes: Uint8Array, at: number) =>
      Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
    const changed = [
      ...(
        [
          "publicKey",
          "thumbprint",
          "kek",
          "blob",
          "registration",
          "registrationEntryId",
          "participantId",
        ] as const
      ).flatMap((name) => (row[name] === foreign[name] ? [] : [{ ...row, [name]: foreign[name] }])),
      { ...row, kek: "kek-x" },
      { ...row, version: 2 },
      { ...row, custody: "client" as const },
      { ...row, blob: undefined },
      { ...row, registration: undefined },
      ...Array.from(row.blob, (_, at) => ({ ...row, blob: flip(row.blob, at) })),
      { ...row, registration: flip(row.registration, 20) },
      { ...row, publicKey: foreign.publicKey, thumbprint: foreign.thumbprint },
    ];
    for (const forged of changed) await expect(vouchedPublicKey(cx, forged)).rejects.toThrow();
    expect(await vouchedPublicKey(cx, row)).toEqual(publicKey);
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
});

describe("active keys", () => {
  const isWaiting = async (): Promise<boolean> => {
    const { rows } = await bench.appPool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FOR SHARE OF k%'",
    );
    return rows.length > 0;
  };

  it("a caller that locks a key at the moment of its rotation gets the successor", async () => {
    const owner = await bench.person({ role: "client" });
    const other = await bench.person({ role: "miner" });
    const ids = [owner, other].map(({ principal }) => principal.participantId);
    const [ownId = ""] = ids;
    let locking: ReturnType<typeof lockActiveKeys> | undefined;
    // A rotation's transaction that stays open until the other one waits for it.
    await inTransaction(owner, async (tx) => {
      const [old] = await selectActiveKeys(tx, [ownId], false);
      const draft = await draftManagedKey(tx, owner, ownId, "pre_active");
      const entry = await appendEntry(tx, owner, {
        class: "key",
        outcome: "done",
        action: "key.rotate",
        subjects: [`key:${old?.id}`, `key:${draft.key.id}`],
        pub: { thumbprint: draft.key.thumbprint },
      });
      await insertManagedKey(tx, { ...draft, registrationEntryId: entry.id });
      await updateState(tx, old?.id ?? "", "deactivated", owner.clock.now());
      await updateState(tx, draft.key.id, "active", owner.clock.now());
      locking = inTransaction(other, (rival) => lockActiveKeys(other, rival, ids));
      await expect.poll(isWaiting, { timeout: 150_000, interval: 5 }).toBe(true);
    });
    const locked = await locking;
    expect(locked?.map(({ kid }) => kid).sort()).toEqual([`${ids[0]}#2`, `${ids[1]}#1`].sort());
  });

  it("a participant without an active key is missing from every look-up", async () => {
    const keyless = await bench.person({ role: "client", hasKey: false });
    const { participantId } = keyless.principal;
    expect(await inTransaction(keyless, (tx) => lockActiveKeys(keyless, tx, [participantId]))).toEqual([]);
  });
});

describe("suspended participants", () => {
  type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

  /** Continues rotations as a portal does, with a worker that takes entries. */
  async function run(cx: Person): Promise<void> {
    await bench.integrate();
    await runRotations({ ...cx, system: "portal" });
  }

  async function submit(from: Person, to: Person): Promise<string> {
    const input = NewTransaction.parse({
      job_id: "job-1",
      confidential: true,
      participants: [to.principal.participantId],
      amount: "1000",
      currency: "EUR",
    });
    return (await submitTransaction(from, input)).transaction_id;
  }

  const opened = async (cx: Person, id: string): Promise<unknown> =>
    (await openTransaction(cx, id, { purpose: "settlement" })).data;

  it("no key is registered while another is suspended, which would lock its data, and after resume and rotation all opens", async () => {
    const owner = await bench.person({ role: "client" });
    const other = await bench.person({ role: "miner" });
    const { participantId } = owner.principal;
    const first = await submit(owner, other);
    const { items } = await listKeys(owner, { participant_id: participantId, limit: 10 });
    const keyId = items[0]?.key_id ?? "";
    await changeKeyState(owner, keyId, { state: "suspended", reason: "lost" });
    const order = { participant_id: participantId, algorithm: "X25519", custody: "managed" } as const;
    expect(await refusalOf(registerKey(owner, order))).toMatchObject({ code: "key.state" });
    await changeKeyState(owner, keyId, { state: "active", reason: "found" });
    await rotateKey(owner, { participantId }, "rewrap");
    await run(owner);
    expect(await opened(owner, first)).toEqual({ amount: "1000", currency: "EUR" });
  });

  it("a participant's key that does not open does not block another's rotation", async () => {
    const broken = await bench.person({ role: "client" });
    const sound = await bench.person({ role: "client" });
    const other = await bench.person({ role: "miner" });
    await submit(broken, other);
    await submit(sound, other);
    await rotateKey(broken, { participantId: broken.principal.participantId }, "rewrap");
    const { rotation_id } = await rotateKey(
      sound,
      { participantId: sound.principal.participantId },
      "rewrap",
    );
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await admin.query("ALTER TABLE key_version DISABLE TRIGGER USER");
    await admin.query(
      `UPDATE key_version SET private_blob = set_byte(private_blob, 20, 255 - get_byte(private_blob, 20))
     WHERE participant_id = $1 AND version = 1`,
      [broken.principal.participantId],
    );
    await admin.query("ALTER TABLE key_version ENABLE TRIGGER USER");
    await admin.end();
    await run(sound);
    expect(await getRotation(sound, rotation_id)).toMatchObject({ state: "completed" });
  });

  it("a rotation waits while no worker takes entries, so newly bound data do not become unreadable", async () => {
    const owner = await bench.person({ role: "client" });
    const other = await bench.person({ role: "miner" });
    const { participantId } = owner.principal;
    const id = await submit(owner, other);
    await bench.integrate();
    const { rotation_id } = await rotateKey(owner, { participantId }, "rewrap");
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await admin.query("SET session_replication_role = replica");
    await admin.query("UPDATE audit_queue SET queued_at = queued_at - interval '1 minute'");
    await admin.end();
    await runRotations({ ...owner, system: "portal" });
    expect(await getRotation(owner, rotation_id)).toMatchObject({ state: "running", rewrapped: 0 });
    expect(await opened(other, id)).toEqual({ amount: "1000", currency: "EUR" });
    await run(owner);
    expect(await getRotation(owner, rotation_id)).toMatchObject({ state: "completed" });
  });
});

describe("a participant's own key", () => {
  const seed = randomBytes(32);

  let one: Loss;
  beforeAll(async () => {
    one = await loss(await helpers(bench, 1, toBase64url(ed25519PublicKey(seed))));
  });

  const signatureOf = (statement: RewrapStatement, by: Uint8Array = seed) => ({
    kind: "ed25519" as const,
    key_id: `${one.legal.principal.handle}/1`,
    signature: toBase64url(signStatement(by, "rewrap", statement)),
  });

  it("a person with their own key signs with it, the custodian checks it, and the portal cannot sign for them", async () => {
    await asked(one);
    const { recovery } = await getRecovery(one.legal, one.old.keyId);
    const statement = recovery?.to_sign?.statement;
    if (statement === undefined) throw new TypeError("nothing to sign");
    expect(statement).toMatchObject({
      participant: one.owner.principal.participantId,
      old_kid: one.old.kid,
      new_public_key: one.next.publicKey,
      transactions: one.ids,
      person: one.legal.principal.handle,
    });
    expect(recovery?.to_sign?.passkeys).toEqual([]);
    const post = (signature: ReturnType<typeof signatureOf>) =>
      signRecovery(one.legal, one.old.keyId, { signature });
    expect(await outcomeOf(signedBy(one.legal, one))).toBe("statement.required");
    const cheats = [
      signatureOf(statement, randomBytes(32)),
      signatureOf({ ...statement, transactions: [] }),
      signatureOf({ ...statement, new_public_key: toBase64url(randomBytes(32)) }),
      signatureOf({ ...statement, log: "log.other.test/sealport" }),
      { ...signatureOf(statement), key_id: `${one.approver.principal.handle}/1` },
    ];
    for (const cheat of cheats) expect((await refusalOf(post(cheat))).extra.reason).toBe("signature");
    expect((await post(signatureOf(statement))).signatures).toMatchObject([{ by: "own_key" }]);
    const { recovery: other } = await getRecovery(one.approver, one.old.keyId);
    expect([other?.awaits_me, other?.to_sign]).toEqual([true, undefined]);
    await signedBy(one.approver, one);
    await bench.integrate();
    expect((await begun(one)).state).toBe("running");
    await run(one.owner);
    expect((await getRecovery(one.owner, one.old.keyId)).recovery).toMatchObject({
      state: "completed",
      rewrapped: 4,
    });
  });
});
