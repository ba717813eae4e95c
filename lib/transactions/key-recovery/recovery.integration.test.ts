import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { changeKeyState } from "@/lib/keys/change-state";
import { getKey } from "@/lib/keys/list-keys";
import { proveKey } from "@/lib/keys/possession/prove-key";
import { askRecovery } from "@/lib/keys/recovery/ask-recovery";
import { beginRecovery } from "@/lib/keys/recovery/begin-recovery";
import { challengeRecovery } from "@/lib/keys/recovery/challenge-recovery";
import { refuseRecovery } from "@/lib/keys/recovery/end-recovery";
import { getRecovery } from "@/lib/keys/recovery/get-recovery";
import { loadOwnCase } from "@/lib/keys/recovery/load-case";
import { signRecovery } from "@/lib/keys/recovery/sign-recovery";
import { registerKey } from "@/lib/keys/register/register-key";
import { listRotations } from "@/lib/keys/rotation/view";
import {
  first,
  groupsOf,
  hold,
  kidsOf,
  type Person,
  readWith,
  SENT,
  submit,
} from "@/lib/testing/benches/client-held-bench";
import {
  agreed,
  asked,
  begun,
  type Helpers,
  helpers,
  type Loss,
  loss,
  run,
  signedBy,
} from "@/lib/testing/benches/recovery-acts";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { createKeyHolder, heldBy } from "@/lib/testing/devices/key-holder";
import { suspendPerson } from "@/lib/testing/instance/suspend-person";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench.close());

describe("a recovery", () => {
  let one: Loss;
  beforeAll(async () => {
    one = await loss(await helpers(bench, 1), 0, 3);
  });

  const countOf = (action: string, outcome: string): Promise<number> =>
    inSnapshot(bench.cx, (tx) => tx.audit_index.count({ where: { action, outcome } }));

  it("the custodian wraps a lost key's envelopes for another key after two people signed and its holder proved it", async () => {
    const { owner, other, old, next, ids, legal, approver } = one;
    const bodies = async () =>
      Promise.all(
        ids.map(async (id) =>
          (await groupsOf(owner, id)).groups.map(({ row }) => [row.bd, row.ciphertext, row.gen]),
        ),
      );
    const before = await bodies();
    const opened = await asked(one);
    expect(opened).toMatchObject({
      state: "asked",
      old_key: { kid: old.kid },
      new_key: { public_key: next.publicKey },
      transactions: 3,
      signatures: [],
      awaits_me: false,
    });
    expect(await getKey(owner, old.keyId)).toMatchObject({ state: "compromised" });
    expect((await asked(one)).recovery_id).toBe(opened.recovery_id);
    expect((await getRecovery(legal, old.keyId)).recovery?.awaits_me).toBe(true);
    await signedBy(legal, one);
    expect((await signedBy(legal, one)).signatures).toHaveLength(1);
    expect((await signedBy(approver, one)).signatures).toMatchObject([
      { person: legal.principal.handle, by: "portal" },
      { person: approver.principal.handle, by: "portal" },
    ]);
    await bench.integrate();
    const started = await begun(one);
    expect(started).toMatchObject({ state: "running", total: 6, rewrapped: 0 });
    expect(await getKey(owner, started.new_key.key_id)).toMatchObject({ state: "active" });
    await run(owner);
    const { recovery } = await getRecovery(owner, old.keyId);
    expect(recovery).toMatchObject({ state: "completed", total: 6, rewrapped: 6 });
    expect(await bodies()).toEqual(before);
    const held = { holder: next, keyId: started.new_key.key_id, kid: started.new_key.kid };
    for (const id of ids) {
      expect(await kidsOf(owner, id)).not.toContain(old.kid);
      expect(await readWith(owner, held, id)).toEqual(SENT);
      expect((await openTransaction(other, id, { purpose: "settlement" })).data).toEqual(SENT);
    }
    await bench.integrate();
    for (const id of ids)
      expect((await openTransaction(other, id, { purpose: "settlement" })).data).toEqual(SENT);
    expect(await countOf("disclosure.rewrap", "intent")).toBe(6);
    expect(await countOf("disclosure.rewrap", "done")).toBe(6);
    expect(await countOf("disclosure.rewrap", "failed")).toBe(0);
    const fresh = await submit(other, owner);
    expect(await readWith(owner, held, fresh)).toEqual(SENT);
    const gone = await changeKeyState(owner, old.keyId, { state: "destroyed", reason: "empty" });
    expect(gone.state).toBe("destroyed");
  });
});

describe("a recovery while a rotation of the former managed key is open", () => {
  it("both end, and all data open with the new key", async () => {
    const who = await helpers(bench, 1);
    const owner = first(who.owners);
    const { participantId } = owner.principal;
    await registerKey(owner, { participant_id: participantId, algorithm: "X25519", custody: "managed" });
    const id = await submit(owner, who.other);
    const one = await loss(who);
    await agreed(bench, one);
    const { new_key } = await begun(one);
    await run(owner);
    expect((await getRecovery(owner, one.old.keyId)).recovery).toMatchObject({ state: "completed" });
    await bench.integrate();
    await runRotations({ ...owner, system: "portal" });
    expect((await listRotations(owner, participantId)).items).toMatchObject([
      { state: "completed", rewrapped: 2 },
    ]);
    for (const each of [id, ...one.ids])
      expect(
        await readWith(owner, { holder: one.next, keyId: new_key.key_id, kid: new_key.kid }, each),
      ).toEqual(SENT);
  });
});

describe("words of a recovery", () => {
  let who: Helpers;
  beforeAll(async () => {
    who = await helpers(bench, 2);
  });

  /** As the database's owner: removes a person's passkey and inserts a statement that it signed before. */
  async function signedByRemoved(keyId: string, userId: string, tenantId: string): Promise<void> {
    const passkey = { kind: "passkey", credential_id: "c", authenticator_data: "A", client_data_json: "A" };
    const client = new Client({ connectionString: bench.database.adminUrl });
    await client.connect();
    try {
      await client.query("SET session_replication_role = replica");
      for (const table of ["credential", "key_recovery_statement"])
        await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
      await client.query(
        `INSERT INTO credential (id, tenant_id, user_id, kind, external_id, revoked_at)
       VALUES ($1, $2, $3, 'passkey', 'c', now())`,
        [uuidv7(Date.now()), tenantId, userId],
      );
      await client.query(
        `UPDATE key_recovery_statement s SET signature = $1, proof_kind = 'passkey' FROM key_recovery r
       WHERE r.id = s.recovery_id AND r.old_key_id = $2 AND s.user_id = $3`,
        [JSON.stringify({ ...passkey, signature: "A" }), keyId, userId],
      );
      for (const table of ["credential", "key_recovery_statement"])
        await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    } finally {
      await client.end();
    }
  }

  it("a statement by a passkey that its owner has removed since is not sent to the custodian", async () => {
    const one = await loss(who, 0);
    await agreed(bench, one);
    expect((await loadOwnCase(one.owner, one.old.keyId)).signatures).toHaveLength(2);
    const { userId } = one.approver.principal;
    await signedByRemoved(one.old.keyId, userId, one.owner.instance.tenantId);
    const { signatures } = await loadOwnCase(one.owner, one.old.keyId);
    expect(signatures.map(({ person }) => person)).toEqual([one.legal.principal.handle]);
  });

  it("a statement of a person suspended since starts no recovery", async () => {
    const one = await loss(who, 1);
    await agreed(bench, one);
    expect(await outcomeOf(challengeRecovery(one.owner, one.old.keyId))).toBe("done");
    await suspendPerson(one.legal, one.approver.principal.userId);
    expect(await outcomeOf(begun(one))).toBe("key.state");
  });
});

describe("refusals of a recovery", () => {
  const DAY_MS = 86_400_000;
  const TABLES = ["key_recovery", "key_recovery_statement", "key_version", "wrap"];

  let who: Helpers;
  let used = 0;
  beforeAll(async () => {
    who = await helpers(bench, 20);
  });

  /** The next owner loses a key. The first one has a colleague among the signers. */
  const lose = (count?: number) => loss(who, used++, count);

  /** Runs as the database's owner, past the rules that stop all other logins. */
  async function tamper(text: string, values: readonly unknown[]): Promise<void> {
    const client = new Client({ connectionString: bench.database.adminUrl });
    await client.connect();
    try {
      await client.query("BEGIN");
      for (const table of TABLES) {
        await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
      }
      await client.query(text, [...values]);
      for (const table of TABLES) {
        await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
      }
      await client.query("COMMIT");
    } finally {
      await client.end();
    }
  }

  const later = (cx: Person, ms: number): Person => {
    const { clock } = cx;
    const nowMs = () => clock.nowMs() + ms;
    return {
      ...cx,
      clock: { nowMs, nowMicros: () => BigInt(nowMs()) * 1000n, now: () => new Date(nowMs()) },
    };
  };

  const reasonOf = async (act: Promise<unknown>): Promise<unknown> => {
    const error = await refusalOf(act);
    return error.extra.reason ?? error.code;
  };

  const stateOf = async (cx: Person, keyId: string) => (await getRecovery(cx, keyId)).recovery?.state;

  describe("signers", () => {
    it("the participant, people of its own organisation, and people without the duty cannot sign", async () => {
      const one = await lose();
      await asked(one);
      for (const person of [one.insider, one.support, one.owner, one.other]) {
        expect(await outcomeOf(signedBy(person, one))).toBe("access.forbidden");
      }
      expect(await outcomeOf(getRecovery(one.other, one.old.keyId))).toBe("access.forbidden");
    });

    it("one person's statement, given twice, starts no recovery", async () => {
      const one = await lose();
      await asked(one);
      await Promise.allSettled([signedBy(one.legal, one), signedBy(one.legal, one)]);
      expect((await signedBy(one.legal, one)).signatures).toHaveLength(1);
      const { message } = await refusalOf(challengeRecovery(one.owner, one.old.keyId));
      expect(message).toBeDefined();
      expect(await outcomeOf(begun(one))).toBe("key.state");
      expect(await getKey(one.owner, one.old.keyId)).toMatchObject({ state: "compromised" });
    });

    it("the custodian refuses a statement that was written into the database for another person", async () => {
      const one = await lose();
      await asked(one);
      await signedBy(one.legal, one);
      const signature = {
        kind: "ed25519",
        key_id: `${one.owner.instance.log}/evaluation`,
        signature: toBase64url(randomBytes(64)),
      };
      await tamper(
        `INSERT INTO key_recovery_statement (recovery_id, user_id, tenant_id, person, signature, proof_kind)
       SELECT r.id, $1, r.tenant_id, $2, $3, 'evaluation' FROM key_recovery r WHERE r.old_key_id = $4`,
        [
          one.approver.principal.userId,
          one.approver.principal.handle,
          JSON.stringify(signature),
          one.old.keyId,
        ],
      );
      expect(await reasonOf(begun(one))).toBe("signature");
    });
  });

  describe("the request for a recovery", () => {
    it("only the participant's own people ask, for a key they held, with a valid key of their own", async () => {
      const one = await lose();
      const ask = (cx: Person, keyId: string, public_key: string) =>
        outcomeOf(askRecovery(cx, keyId, { public_key, reason: "lost" }));
      expect(await ask(one.other, one.old.keyId, one.next.publicKey)).toBe("access.forbidden");
      expect(await ask(one.legal, one.old.keyId, one.next.publicKey)).toBe("access.forbidden");
      expect(await ask(one.owner, one.old.keyId, toBase64url(new Uint8Array(32)))).toBe("key.invalid");
      expect(await ask(one.owner, one.old.keyId, toBase64url(new Uint8Array(32).fill(255)))).toBe(
        "key.invalid",
      );
      const others = createKeyHolder();
      await registerKey(one.other, heldBy(others, one.other.principal.participantId));
      expect(await ask(one.owner, one.old.keyId, others.publicKey)).toBe("key.taken");
      await recordEpoch({ ...one.owner, system: "worker" });
      expect(await ask(one.owner, one.old.keyId, toBase64url((await bench.escrow.epoch()).publicKey))).toBe(
        "key.taken",
      );
      expect(await ask(one.owner, one.old.keyId, one.old.holder.publicKey)).toBe("key.state");
      const managed = await bench.person({ role: "client" });
      const { key } = await registerKey(managed, {
        participant_id: managed.principal.participantId,
        algorithm: "X25519",
        custody: "managed",
      });
      expect(await ask(managed, key.key_id, createKeyHolder().publicKey)).toBe("key.state");
      expect(await getKey(one.owner, one.old.keyId)).toMatchObject({ state: "active" });
    });

    it("a recovery is refused while another one has not ended, but not while a rotation is open", async () => {
      const one = await lose();
      await asked(one);
      const second = askRecovery(one.owner, one.old.keyId, {
        public_key: createKeyHolder().publicKey,
        reason: "again",
      });
      expect(await outcomeOf(second)).toBe("key.state");
      const rotating = await bench.person({ role: "client" });
      const held = await hold(rotating);
      const ask = askRecovery(rotating, held.keyId, {
        public_key: createKeyHolder().publicKey,
        reason: "lost",
      });
      expect(await ask).toMatchObject({ state: "asked", transactions: 0 });
      expect(await getKey(rotating, held.keyId)).toMatchObject({ state: "compromised" });
    });
  });

  describe("the new key", () => {
    it("the new key cannot be registered without the old one's possession before two people sign, or by the portal's proof", async () => {
      const one = await lose();
      const { new_key } = await asked(one);
      const { key } = await registerKey(one.owner, heldBy(one.next, one.owner.principal.participantId));
      expect(key.key_id).toBe(new_key.key_id);
      const client_tag = one.next.answer(key.challenge);
      expect(await outcomeOf(proveKey(one.owner, key.key_id, { client_tag }))).toBe("key.proof");
      await signedBy(one.legal, one);
      await signedBy(one.approver, one);
      const again = await registerKey(one.owner, heldBy(one.next, one.owner.principal.participantId));
      const tag = one.next.answer(again.key.challenge);
      expect(await outcomeOf(proveKey(one.owner, key.key_id, { client_tag: tag }))).toBe("key.proof");
      // The custodian does not accept an answer to the portal's challenge.
      await challengeRecovery(one.owner, one.old.keyId);
      expect(await outcomeOf(beginRecovery(one.owner, one.old.keyId, { client_tag: tag }))).toBe("key.proof");
      expect(await getKey(one.owner, key.key_id)).toMatchObject({ state: "pre_active" });
    });

    it("only its holder proves the new key, and a wrong answer uses the challenge up and is recorded", async () => {
      const one = await lose();
      await agreed(bench, one);
      const { challenge } = await challengeRecovery(one.owner, one.old.keyId);
      const wrong = toBase64url(randomBytes(32));
      expect(await outcomeOf(beginRecovery(one.owner, one.old.keyId, { client_tag: wrong }))).toBe(
        "key.proof",
      );
      const right = one.next.answer(challenge);
      expect(await outcomeOf(beginRecovery(one.owner, one.old.keyId, { client_tag: right }))).toBe(
        "key.proof",
      );
      const denied = await inSnapshot(bench.cx, (tx) =>
        tx.audit_index.count({
          where: {
            action: "key.recover-begin",
            outcome: "denied",
            participant_id: one.owner.principal.participantId,
          },
        }),
      );
      expect(denied).toBe(2);
      expect(await outcomeOf(begun(one))).toBe("done");
    });

    it("the new key is the one that was signed for: signatures are not valid for another key in its row", async () => {
      const one = await lose();
      await agreed(bench, one);
      const thief = createKeyHolder();
      await tamper("UPDATE key_version SET public_key = $1 WHERE public_key = $2", [
        thief.publicKey,
        one.next.publicKey,
      ]);
      expect(await reasonOf(begun(one, thief))).toBe("signature");
    });

    it("a new key that is reported compromised gets no more entries", async () => {
      const one = await lose();
      await agreed(bench, one);
      const { new_key } = await begun(one);
      await changeKeyState(one.owner, new_key.key_id, { state: "compromised", reason: "stolen too" });
      await run(one.owner);
      expect((await getRecovery(one.owner, one.old.keyId)).recovery).toMatchObject({
        state: "failed",
        rewrapped: 0,
      });
      expect(await kidsOf(one.owner, first(one.ids))).toContain(one.old.kid);
    });

    it("the new key has no successor and no rival while the lost key's entries are wrapped for it", async () => {
      const one = await lose();
      await agreed(bench, one);
      await begun(one);
      expect(await outcomeOf(hold(one.owner, one.next))).toBe("key.state");
      await run(one.owner);
      expect(await stateOf(one.owner, one.old.keyId)).toBe("completed");
      expect(await outcomeOf(hold(one.owner, one.next))).toBe("done");
    });
  });

  describe("the signed terms", () => {
    it("the signed terms cover exactly one list of transactions", async () => {
      const one = await lose(3);
      await agreed(bench, one);
      await tamper("UPDATE key_recovery SET transactions = transactions[1:1] WHERE old_key_id = $1", [
        one.old.keyId,
      ]);
      expect(await reasonOf(begun(one))).toBe("signature");
      const two = await lose();
      await agreed(bench, two);
      await begun(two);
      const stranger = first(one.ids);
      await tamper("UPDATE key_recovery SET transactions = transactions || $1::text WHERE old_key_id = $2", [
        stranger,
        two.old.keyId,
      ]);
      await run(two.owner);
      // The custodian knows the terms by their digest, and has none with this digest.
      expect((await getRecovery(two.owner, two.old.keyId)).recovery).toMatchObject({
        state: "failed",
        rewrapped: 0,
      });
    });

    it("signatures are not valid after a recovery is withdrawn, or refused by a person who may sign", async () => {
      const one = await lose();
      await agreed(bench, one);
      const end = { reason: "Found it again." };
      expect(await outcomeOf(refuseRecovery(one.other, one.old.keyId, end))).toBe("access.forbidden");
      expect(await refuseRecovery(one.owner, one.old.keyId, end)).toMatchObject({ state: "withdrawn" });
      expect(await outcomeOf(begun(one))).toBe("key.state");
      expect(await outcomeOf(signedBy(one.approver, one))).toBe("key.state");
      // The same key may be asked for again; the former statements do not count for it.
      const again = await asked(one);
      expect(again).toMatchObject({ state: "asked", signatures: [] });
      await signedBy(one.legal, one);
      expect(await refuseRecovery(one.approver, one.old.keyId, end)).toMatchObject({ state: "refused" });
    });

    it("the signed terms end with their time, and the end is recorded", async () => {
      const one = await lose();
      await agreed(bench, one);
      const then = later(one.owner, 7 * DAY_MS);
      expect(await outcomeOf(challengeRecovery(then, one.old.keyId))).toBe("key.state");
      expect(await outcomeOf(signRecovery(later(one.legal, 7 * DAY_MS), one.old.keyId, {}))).toBe(
        "key.state",
      );
      await run(then);
      expect(await stateOf(one.owner, one.old.keyId)).toBe("expired");
      expect((await asked(one)).state).toBe("asked");
    });

    it("the signed terms are used once: a recovery that has ended starts no other", async () => {
      const one = await lose();
      await agreed(bench, one);
      await begun(one);
      await run(one.owner);
      expect(await outcomeOf(begun(one))).toBe("key.state");
      expect(await run(one.owner)).toBe(0);
    });
  });

  describe("envelopes", () => {
    it("an envelope whose escrow entry does not match the log stays unchanged, and the others are wrapped", async () => {
      const one = await lose(2);
      await agreed(bench, one);
      await begun(one);
      const replaced = first(one.ids);
      await tamper("UPDATE wrap SET encrypted_key = $1 WHERE transaction_id = $2 AND kind = 'escrow'", [
        toBase64url(randomBytes(40)),
        replaced,
      ]);
      await run(one.owner);
      const { recovery } = await getRecovery(one.owner, one.old.keyId);
      expect(recovery).toMatchObject({ state: "failed", total: 4, rewrapped: 2 });
      expect(await kidsOf(one.owner, replaced)).toContain(one.old.kid);
      const held = { holder: one.next, keyId: "", kid: recovery?.new_key.kid ?? "" };
      expect(await readWith(one.owner, held, one.ids[1] ?? "")).toEqual(SENT);
    });

    it("envelopes of a key that was replaced and then lost are wrapped for the active key", async () => {
      const one = await lose(2);
      const active = await hold(one.owner, one.old.holder);
      const other = askRecovery(one.owner, one.old.keyId, { public_key: one.next.publicKey, reason: "lost" });
      expect(await outcomeOf(other)).toBe("key.state");
      const now = { ...one, next: active.holder };
      await agreed(bench, now);
      await begun(now);
      await run(one.owner);
      expect(await stateOf(one.owner, one.old.keyId)).toBe("completed");
      for (const id of one.ids) expect(await readWith(one.owner, active, id)).toEqual(SENT);
    });

    it("without envelopes, only the key is replaced", async () => {
      const one = await lose(0);
      await agreed(bench, one);
      const { new_key } = await begun(one);
      await run(one.owner);
      expect(await stateOf(one.owner, one.old.keyId)).toBe("completed");
      expect(await getKey(one.owner, new_key.key_id)).toMatchObject({ state: "active" });
    });
  });
});
