import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { challengeRecovery } from "@/lib/keys/recovery/challenge-recovery";
import { loadOwnCase } from "@/lib/keys/recovery/load-case";
import { suspendPerson } from "@/lib/testing/instance/suspend-person";
import { agreed, begun, type Helpers, helpers, loss } from "@/lib/testing/benches/recovery-acts";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

let bench: UseCaseBench;
let who: Helpers;
beforeAll(async () => {
  bench = await createUseCaseBench();
  who = await helpers(bench, 2);
});
afterAll(() => bench?.close());

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
  expect((await loadOwnCase(one.owner, one.old.keyId)).words).toHaveLength(2);
  const { userId } = one.approver.principal;
  await signedByRemoved(one.old.keyId, userId, one.owner.instance.tenantId);
  const { words } = await loadOwnCase(one.owner, one.old.keyId);
  expect(words.map(({ person }) => person)).toEqual([one.legal.principal.handle]);
});

it("a statement of a person suspended since starts no recovery", async () => {
  const one = await loss(who, 1);
  await agreed(bench, one);
  expect(await outcomeOf(challengeRecovery(one.owner, one.old.keyId))).toBe("done");
  await suspendPerson(one.legal, one.approver.principal.userId);
  expect(await outcomeOf(begun(one))).toBe("key.state");
});
