import { afterAll, beforeAll, expect, it } from "vitest";
import { inSnapshot } from "@/lib/db/transaction";
import { changeKeyState } from "@/lib/keys/change-state";
import { getKey } from "@/lib/keys/list-keys";
import { getRecovery } from "@/lib/keys/recovery/get-recovery";
import { groupsOf, kidsOf, readWith, SENT, submit } from "@/lib/testing/benches/client-held-bench";
import { asked, begun, helpers, type Loss, loss, run, signedBy } from "@/lib/testing/benches/recovery-acts";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

let bench: UseCaseBench;
let one: Loss;
beforeAll(async () => {
  bench = await createUseCaseBench();
  one = await loss(await helpers(bench, 1), 0, 3);
});
afterAll(() => bench?.close());

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
