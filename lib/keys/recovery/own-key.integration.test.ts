import { afterAll, beforeAll, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import type { RewrapStatement } from "@/lib/escrow/protocol/rewrap-statement";
import { getRecovery } from "@/lib/keys/recovery/get-recovery";
import { signRecovery } from "@/lib/keys/recovery/sign-recovery";
import { asked, begun, helpers, type Loss, loss, run, signedBy } from "@/lib/testing/benches/recovery-acts";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

const seed = randomBytes(32);

let bench: UseCaseBench;
let one: Loss;
beforeAll(async () => {
  bench = await createUseCaseBench();
  one = await loss(await helpers(bench, 1, toBase64url(ed25519PublicKey(seed))));
});
afterAll(() => bench?.close());

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
