import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Refusal } from "@/lib/escrow/protocol/refusals";
import { validityTime } from "@/lib/escrow/protocol/statements";
import { TestCustodian } from "@/lib/testing/custodian/custodian";

let t: TestCustodian;
beforeAll(async () => {
  t = await TestCustodian.start();
});
afterAll(() => t.stop());

const refusedFor = (reason: Refusal) => ({ code: "custodian.refused", extra: { reason } });
const suspend = (grant: string) =>
  t.client.suspend({ grant, reason: "the authority suspended its order", at: validityTime(t.clock.now()) });

test("a suspended grant opens nothing, at once and after a restart, and the suspension is never lifted", async () => {
  const { items, submission, grant } = await t.granted();
  await t.client.open(t.opening(grant, items));
  await suspend(grant);
  await expect(t.client.open(t.opening(grant, items))).rejects.toMatchObject(refusedFor("suspended"));
  await t.restart();
  await suspend(grant);
  await expect(t.client.open(t.opening(grant, items))).rejects.toMatchObject(refusedFor("suspended"));
  await expect(t.client.submitGrant(submission)).rejects.toMatchObject(refusedFor("suspended"));
  await expect(t.client.submitGrant({ ...submission, grant: uuidv7(t.clock.nowMs()) })).rejects.toMatchObject(
    refusedFor("nonce"),
  );
});

test("two fresh decisions make a new grant with the views that are left, however often", async () => {
  const request = uuidv7(1);
  const { items, grant } = await t.granted({ request, max_views: 3 });
  await t.client.open(t.opening(grant, items));
  await suspend(grant);
  const again = t.submission({ request, transactions: [items[0]?.tx ?? ""], max_views: 3 });
  expect((await t.client.submitGrant(again)).statement.max_views).toBe(2);
  await t.client.open(t.opening(again.grant, items));
  await suspend(again.grant);
  await t.restart();
  const third = t.submission({ request, transactions: [items[0]?.tx ?? ""], max_views: 3 });
  expect((await t.client.submitGrant(third)).statement.max_views).toBe(1);
  await t.client.open(t.opening(third.grant, items));
  await suspend(third.grant);
  const fourth = t.submission({ request, transactions: [items[0]?.tx ?? ""], max_views: 3 });
  await expect(t.client.submitGrant(fourth)).rejects.toMatchObject(refusedFor("views-exhausted"));
});

test("a suspension does not narrow another request's decisions", async () => {
  const { items, grant } = await t.granted({ request: uuidv7(2), max_views: 1 });
  await t.client.open(t.opening(grant, items));
  await suspend(grant);
  const other = t.submission({ request: uuidv7(3), transactions: [items[0]?.tx ?? ""], max_views: 3 });
  expect((await t.client.submitGrant(other)).statement.max_views).toBe(3);
});

test("a grant can be suspended before it arrives", async () => {
  const items = await t.seal();
  await t.client.register(items);
  const submission = t.submission({ request: uuidv7(4), transactions: [items[0]?.tx ?? ""] });
  await suspend(submission.grant);
  await expect(t.client.submitGrant(submission)).rejects.toMatchObject(refusedFor("suspended"));
});

test("a suspended grant can still be revoked and stays revoked", async () => {
  const { items, grant } = await t.granted({ request: uuidv7(5) });
  await suspend(grant);
  await t.client.revoke({ grant, reason: "over", at: validityTime(t.clock.now()) });
  await expect(t.client.open(t.opening(grant, items))).rejects.toMatchObject(refusedFor("revoked"));
});
