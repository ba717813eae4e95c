import { afterAll, beforeAll, expect, it } from "vitest";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { inTransaction } from "@/lib/db/transaction";
import { lockActiveKeys } from "@/lib/keys/active-keys";
import { draftManagedKey } from "@/lib/keys/register/draft-key";
import { insertManagedKey, selectActiveKeys, updateState } from "@/lib/keys/store";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

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
