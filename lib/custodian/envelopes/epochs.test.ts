import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { bodyDigest } from "@/lib/crypto/envelope/envelope";
import type { SignedEpochOrder } from "@/lib/escrow/protocol/epoch-order";
import type { RegistrationItem, RewrapResult } from "@/lib/escrow/protocol/messages";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { TestCustodian } from "@/lib/testing/custodian/custodian";

const DAY_MS = 86_400_000;

let t: TestCustodian;
beforeEach(async () => {
  t = await TestCustodian.start();
});
afterEach(() => t.stop());

/** The item as the database stores it after the move. */
function moved(item: RegistrationItem, result: RewrapResult | undefined): RegistrationItem {
  if (result?.ok !== true) throw new Error("a moved entry expected");
  const recipients = item.jwe.recipients.map((entry) =>
    entry.header.kid.startsWith("escrow#")
      ? {
          header: {
            ...entry.header,
            kid: result.kid,
            epk: { ...entry.header.epk, x: result.epk },
            apv: toBase64url(utf8(result.kid)),
          },
          encrypted_key: result.encrypted_key,
        }
      : entry,
  );
  return { ...item, jwe: { ...item.jwe, recipients } };
}

const keyFile = (epoch: number): string => path.join(t.dir, "keys", `escrow-${epoch}.key.json`);
const reasonOf = async (act: Promise<unknown>): Promise<unknown> => (await refusalOf(act)).extra?.reason;

test("the next epoch begins once on demand, however often it is requested, and automatically after thirty days", async () => {
  expect((await t.client.epoch()).kid).toBe("escrow#1");
  const [a, b] = await Promise.all([
    t.client.beginEpoch(t.order("begin", 2)),
    t.client.beginEpoch(t.order("begin", 2)),
  ]);
  expect([a.kid, b.kid, (await t.client.epoch()).kid]).toEqual(["escrow#2", "escrow#2", "escrow#2"]);
  expect(await reasonOf(t.client.beginEpoch(t.order("begin", 4)))).toBe("epoch");
  t.clock.advance(29 * DAY_MS);
  expect((await t.client.epochs()).length).toBe(2);
  t.clock.advance(DAY_MS);
  const epochs = await t.client.epochs();
  expect(epochs.map(({ statement }) => statement.kid)).toEqual(["escrow#1", "escrow#2", "escrow#3"]);
  expect(new Set(epochs.map(({ statement }) => statement.public_key)).size).toBe(3);
  await t.restart();
  expect(await t.client.epochs()).toEqual(epochs);
});

test("both epochs open during the move; afterwards entries have the same body and open with the new key only", async () => {
  const old = await t.seal();
  await t.client.register(old);
  await t.client.beginEpoch(t.order("begin", 2));
  const young = await t.seal();
  const registered = await t.client.register([...old, ...young]);
  expect(registered.map((one) => one.ok && one.kid)).toEqual([
    "escrow#1",
    "escrow#1",
    "escrow#2",
    "escrow#2",
  ]);
  const results = await t.client.rewrap(old);
  const now = old.map((item, at) => moved(item, results[at]));
  for (const [at, item] of now.entries()) {
    expect(results[at]).toMatchObject({
      ok: true,
      kid: "escrow#2",
      bd: bodyDigest({ ...item.jwe, recipients: [] }),
    });
    expect({ ...item.jwe, recipients: [] }).toEqual({ ...old[at]?.jwe, recipients: [] });
  }
  await t.client.destroyEpoch(t.order("destroy", 1));
  expect(existsSync(keyFile(1))).toBe(false);
  // Moving opens the entry with every check first.
  expect((await t.client.rewrap(now)).every(({ ok }) => ok)).toBe(true);
  expect(await t.client.rewrap(old)).toMatchObject([
    { ok: false, reason: "epoch" },
    { ok: false, reason: "epoch" },
  ]);
});

test("a move repeats a lost answer and first registers groups that were not registered", async () => {
  const items = await t.seal();
  await t.client.beginEpoch(t.order("begin", 2));
  const first = await t.client.rewrap(items);
  const second = await t.client.rewrap(items);
  expect([...first, ...second].every(({ ok }) => ok)).toBe(true);
  expect((await t.client.rewrap(items.map((item, at) => moved(item, first[at])))).every(({ ok }) => ok)).toBe(
    true,
  );
  const [item] = items;
  const [forged] = await t.seal({ amount: { amount: "7" } }, { tx: item?.tx ?? "" });
  if (forged === undefined) throw new Error("one item expected");
  expect(await t.client.rewrap([forged])).toMatchObject([{ ok: false, reason: "body-digest" }]);
});

test("the custodian destroys an epoch's key permanently, only when no registered group is left, never the newest key, and also after a crash in between", async () => {
  const items = await t.seal();
  await t.client.register(items);
  expect(await reasonOf(t.client.destroyEpoch(t.order("destroy", 1)))).toBe("epoch");
  await t.client.beginEpoch(t.order("begin", 2));
  expect(await reasonOf(t.client.destroyEpoch(t.order("destroy", 1)))).toBe("epoch");
  const [one, two] = items;
  if (one === undefined || two === undefined) throw new Error("two items expected");
  await t.client.rewrap([one]);
  expect(await reasonOf(t.client.destroyEpoch(t.order("destroy", 1)))).toBe("epoch");
  await t.client.rewrap([two]);
  const kept = readFileSync(keyFile(1));
  await t.client.destroyEpoch(t.order("destroy", 1));
  await t.client.destroyEpoch(t.order("destroy", 1));
  expect(await reasonOf(t.client.destroyEpoch(t.order("destroy", 9)))).toBe("epoch");
  expect(await reasonOf(t.client.destroyEpoch(t.order("destroy", 2)))).toBe("epoch");
  // A crash after the journal line was written and before the file was removed.
  writeFileSync(keyFile(1), kept);
  await t.restart();
  expect(existsSync(keyFile(1))).toBe(false);
  expect((await t.client.epochs()).map(({ statement }) => statement.epoch)).toEqual([1, 2]);
  expect((await t.client.register(await t.seal())).every(({ ok }) => ok)).toBe(true);
});

test("the custodian begins no further epoch on demand while entries of an earlier one wait to be moved", async () => {
  const items = await t.seal();
  await t.client.register(items);
  await t.client.beginEpoch(t.order("begin", 2));
  expect(await reasonOf(t.client.beginEpoch(t.order("begin", 3)))).toBe("epoch");
  await t.client.rewrap(items);
  expect((await t.client.beginEpoch(t.order("begin", 3))).kid).toBe("escrow#3");
});

test("an epoch begins and ends only with the signed instruction of an administrator on the roster, also after a restart", async () => {
  const { client } = t;
  expect(await reasonOf(client.beginEpoch(t.order("begin", 2, { by: "approver" })))).toBe("duty");
  expect(await reasonOf(client.beginEpoch(t.order("destroy", 2)))).toBe("epoch");
  expect(await reasonOf(client.beginEpoch(t.order("begin", 2, { log: "other.example/log" })))).toBe("log");
  const { statement, signature } = t.order("begin", 2);
  expect(await reasonOf(client.beginEpoch({ statement } as SignedEpochOrder))).toBe("format");
  expect(await reasonOf(client.beginEpoch({ statement: { ...statement, epoch: 3 }, signature }))).toBe(
    "signature",
  );
  const byPortal = { statement, signature: t.signAsPortal("epoch", statement) };
  expect(await reasonOf(client.beginEpoch(byPortal))).toBe("evaluation-key");
  expect((await client.epochs()).length).toBe(1);
  await client.beginEpoch({ statement, signature });
  expect(await reasonOf(client.destroyEpoch({ statement, signature }))).toBe("epoch");
  await t.restart();
  await client.beginEpoch({ statement, signature });
  expect((await client.epochs()).length).toBe(2);
  await client.destroyEpoch(t.order("destroy", 1));
  expect(existsSync(keyFile(1))).toBe(false);
});

test("without a roster no instruction is accepted", async () => {
  const bare = await TestCustodian.start({ roster: false });
  expect(await reasonOf(bare.client.beginEpoch(bare.order("begin", 2)))).toBe("roster");
  await bare.stop();
});
