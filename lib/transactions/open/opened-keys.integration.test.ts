import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateX25519 } from "@/lib/crypto/primitives";
import { within } from "@/lib/db/statement";
import { inTransaction } from "@/lib/db/transaction";
import { changeKeyState } from "@/lib/keys/change-state";
import { listKeys } from "@/lib/keys/list-keys";
import { managedDerivers } from "@/lib/keys/managed-deriver";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { LOCK_WAITS } from "@/lib/testing/servers/database";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

const SENT = { amount: "1000", currency: "EUR", narrative: "a narrative", pricing: { rate: "1.25" } };

async function submit(from: Person, to: Person): Promise<string> {
  const participants = [to.principal.participantId];
  const input = NewTransaction.parse({ job_id: "job-1", confidential: true, participants, ...SENT });
  return (await submitTransaction(from, input)).transaction_id;
}

const opened = (cx: Person, id: string): Promise<string> =>
  outcomeOf(openTransaction(cx, id, { purpose: "settlement" }));

const keyOf = async (cx: Person, version = 1): Promise<string> => {
  const { items } = await listKeys(cx, { participant_id: cx.principal.participantId, limit: 10 });
  return items.find(({ key_version }) => key_version === version)?.key_id ?? "";
};

async function scene() {
  const [owner, other] = [await bench.person({ role: "client" }), await bench.person({ role: "miner" })];
  return { owner, id: await submit(owner, other) };
}

/** Waits until a session waits for a lock in this database. */
async function untilSomebodyWaits(): Promise<void> {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await expect.poll(async () => (await admin.query(LOCK_WAITS)).rowCount, { timeout: 150_000 }).toBe(1);
  await admin.end();
}

describe("the cache of opened keys", () => {
  it("a cached key saves opening its blob for each further group and transaction", async () => {
    const { owner, id } = await scene();
    owner.keystore.forget({ participant: owner.principal.participantId, version: 1 });
    const before = owner.keystore.openedKeys();
    expect(await opened(owner, id)).toBe("done");
    expect(await opened(owner, id)).toBe("done");
    const after = owner.keystore.openedKeys();
    expect([after.hits - before.hits, after.misses - before.misses]).toEqual([5, 1]);
  });

  it.each(["suspended", "compromised"] as const)(
    "a cached key opens nothing from the moment its row says %s, even when another process wrote that",
    async (state) => {
      const { owner, id } = await scene();
      expect(await opened(owner, id)).toBe("done");
      const kept = owner.keystore.openedKeys();
      // Another portal writes this, so the keystore here is not notified.
      const admin = new Client({ connectionString: bench.database.adminUrl });
      await admin.connect();
      await admin.query("SET session_replication_role = replica");
      await admin.query("ALTER TABLE key_version DISABLE TRIGGER key_version_complete");
      await admin.query("UPDATE key_version SET state = $1 WHERE participant_id = $2", [
        state,
        owner.principal.participantId,
      ]);
      await admin.query("ALTER TABLE key_version ENABLE ALWAYS TRIGGER key_version_complete");
      await admin.end();
      expect(owner.keystore.openedKeys()).toMatchObject({ kept: kept.kept });
      expect(await opened(owner, id)).toBe("key.state");
      const after = owner.keystore.openedKeys();
      expect(after).toMatchObject({ kept: kept.kept - 1, hits: kept.hits, misses: kept.misses });
      expect(after.evictions.taken).toBe(kept.evictions.taken + 1);
    },
  );

  it("suspending a key zeroes it in memory, and it is opened again when it is active again", async () => {
    const { owner, id } = await scene();
    expect(await opened(owner, id)).toBe("done");
    const before = owner.keystore.openedKeys();
    await changeKeyState(owner, await keyOf(owner), { state: "suspended", reason: "lost" });
    expect(owner.keystore.openedKeys().evictions.taken).toBe(before.evictions.taken + 1);
    expect(await opened(owner, id)).toBe("key.state");
    await changeKeyState(owner, await keyOf(owner), { state: "active", reason: "found" });
    expect(await opened(owner, id)).toBe("done");
    expect(owner.keystore.openedKeys().misses).toBe(before.misses + 1);
  });

  it("a running opening locks its key: a suspension waits, and the next opening is refused", async () => {
    const { owner, id } = await scene();
    const { participantId } = owner.principal;
    const { publicKey } = generateX25519();
    const order: string[] = [];
    let suspension: Promise<unknown> | undefined;
    await inTransaction(owner, async (tx) => {
      const derivers = await managedDerivers(within(tx), owner, { participantId, versions: [1] });
      const key = await keyOf(owner);
      suspension = changeKeyState(owner, key, { state: "suspended", reason: "lost" }).then(() => {
        order.push("suspended");
      });
      await untilSomebodyWaits();
      await derivers.get(`${participantId}#1`)?.(publicKey);
      order.push("derived");
    });
    await suspension;
    expect(order).toEqual(["derived", "suspended"]);
    expect(await opened(owner, id)).toBe("key.state");
  });
});
