import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Refusal } from "@/lib/escrow/protocol/refusals";
import type { DecisionStatement } from "@/lib/escrow/protocol/statements";
import { type PersonName, TestCustodian } from "@/lib/testing/custodian/custodian";

let t: TestCustodian;
beforeAll(async () => {
  t = await TestCustodian.start();
});
afterAll(() => t.stop());

const refusedFor = (reason: Refusal) => ({ code: "custodian.refused", extra: { reason } });

type Given = readonly [stage: "legal" | "coordinator", by: PersonName, over?: Partial<DecisionStatement>];

/** Submits decisions of these people in these stages on a registered transaction. */
async function submit(...given: readonly Given[]) {
  const items = await t.seal();
  await t.client.register(items);
  const scope = { request: uuidv7(t.clock.nowMs()), transactions: [items[0]?.tx ?? ""] };
  const decisions = given.map(([stage, by, over]) => {
    const statement = t.decision(stage, by, { ...scope, ...over });
    return { statement, signature: t.sign(by, "decision", statement) };
  });
  const grant = uuidv7(t.clock.nowMs());
  return t.client.submitGrant({ grant, decisions, authorization: t.record() });
}

test("more approvals than one of each stage make a grant of what all of them leave", async () => {
  const { statement } = await submit(
    ["legal", "legal"],
    ["legal", "keeper", { groups: ["amount"] }],
    ["coordinator", "approver"],
    ["coordinator", "both", { max_views: 2 }],
  );
  expect(statement).toMatchObject({ groups: ["amount"], max_views: 2 });
});

test("many approvals of one stage do not replace the other stage", async () => {
  await expect(submit(["legal", "legal"], ["legal", "keeper"], ["legal", "both"])).rejects.toMatchObject(
    refusedFor("stage"),
  );
  await expect(submit(["coordinator", "approver"], ["coordinator", "both"])).rejects.toMatchObject(
    refusedFor("stage"),
  );
});

test("each further approval is by another person with the duty of its stage", async () => {
  const both = [
    ["legal", "legal"],
    ["coordinator", "approver"],
  ] as const;
  await expect(submit(...both, ["legal", "both"], ["coordinator", "both"])).rejects.toMatchObject(
    refusedFor("same-person"),
  );
  await expect(submit(...both, ["coordinator", "keeper"])).rejects.toMatchObject(refusedFor("duty"));
  await expect(submit(...both, ["coordinator", "chair"])).rejects.toMatchObject(refusedFor("duty"));
});
