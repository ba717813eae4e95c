import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildRecord, recordDigest } from "@/lib/crypto/envelope/record-digest";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { RegistrationItem } from "@/lib/escrow/protocol/messages";
import { TestCustodian } from "@/lib/testing/custodian/custodian";

// A transaction keeps the record digest of its first registration in all later generations.
const GROUPS = { amount: { amount: "1000" }, pricing: { rate: "0.1" } };
let t: TestCustodian;
beforeEach(async () => {
  t = await TestCustodian.start();
});
afterEach(() => t.stop());

async function outcomes(items: readonly RegistrationItem[]): Promise<string[]> {
  return (await t.client.register(items)).map((result) => (result.ok ? "ok" : result.reason));
}

/** One transaction sealed in two generations under one record, and a third under another. */
async function generations() {
  const tx = uuidv7(t.clock.nowMs());
  const record = buildRecord({ tx, groups: GROUPS });
  return {
    first: await t.seal(GROUPS, { tx, record }),
    resealed: await t.seal(GROUPS, { tx, gen: 2, record }),
    swapped: await t.seal({ amount: { amount: "9" } }, { tx, gen: 3 }),
  };
}

test("a next generation is accepted under the same record and refused under another, also after a restart", async () => {
  const { first, resealed, swapped } = await generations();
  expect(await outcomes(first)).toEqual(["ok", "ok"]);
  expect(await outcomes(swapped)).toEqual(["body-digest"]);
  await t.restart();
  expect(await outcomes(swapped)).toEqual(["body-digest"]);
  expect(await outcomes(resealed)).toEqual(["ok", "ok"]);
  const [item] = first;
  expect(readFileSync(t.registrationsFile, "utf8")).toContain(
    `"rd":"${recordDigest(item?.tx ?? "", item?.rd_list ?? [])}"`,
  );
});

test("of two records for one transaction in one batch the first is kept", async () => {
  const { first, swapped } = await generations();
  expect(await outcomes([...first, ...swapped])).toEqual(["ok", "ok", "body-digest"]);
});

test("two concurrent calls cannot register two records", async () => {
  const { first, swapped } = await generations();
  const both = await Promise.all([outcomes(first), outcomes(swapped)]);
  expect(both.map(([outcome]) => outcome).sort()).toEqual(["body-digest", "ok"]);
});

test("a known body with another digest list is refused", async () => {
  const { first, swapped } = await generations();
  await outcomes(first);
  const rd_list = swapped[0]?.rd_list ?? [];
  expect(await outcomes(first.map((item) => ({ ...item, rd_list })))).toEqual(["body-digest", "body-digest"]);
});

test("an opening of a swapped generation is refused, and its grant cannot register it", async () => {
  const { first, swapped } = await generations();
  await outcomes(first);
  const submission = t.submission({ transactions: [first[0]?.tx ?? ""] });
  const accepted = await t.client.submitGrant({ ...submission, registrations: swapped });
  expect(accepted.registrations).toMatchObject([{ ok: false, reason: "body-digest" }]);
  const refused = { extra: { reason: "body-digest" } };
  await expect(t.client.open(t.opening(submission.grant, swapped))).rejects.toMatchObject(refused);
  expect((await t.client.open(t.opening(submission.grant, first))).viewsLeft).toBe(2);
});
