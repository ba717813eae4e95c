import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import type { PolicyTerms, SignedPolicy } from "@/lib/escrow/protocol/policy-order";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { type PersonName, TEST_LOG, TestCustodian } from "@/lib/testing/custodian/custodian";

const DAY_MS = 86_400_000;
const digest = (): string => toBase64url(randomBytes(32));
const FIRST = digest();

let t: TestCustodian;
beforeEach(async () => {
  t = await TestCustodian.start();
});
afterEach(() => t.stop());

/** Terms of a set with narrow numbers by which no one gains, in place of the first set. */
function terms(over: Partial<PolicyTerms> = {}): PolicyTerms {
  return {
    ...{ log: TEST_LOG, act: "activate", number: 2, round: 1, document: digest(), replaces: FIRST },
    ...{ gains: false, max_views: 2, max_days: 1 },
    ...over,
  };
}

function signedBy(said: PolicyTerms, ...people: readonly PersonName[]): SignedPolicy[] {
  return people.map((name) => {
    const statement = { ...said, person: t.people[name].person.person };
    return { statement, signature: t.sign(name, "policy", statement) };
  });
}

const order = (said: PolicyTerms, ...people: readonly PersonName[]) =>
  t.client.orderPolicy({ statements: signedBy(said, ...people) });

const reasonOf = async (act: Promise<unknown>): Promise<unknown> => (await refusalOf(act)).extra?.reason;

const grant = (policy?: string) =>
  t.client.submitGrant({ ...t.submission(), ...(policy === undefined ? {} : { policy }) });

describe("a policy set at the custodian", () => {
  test("is the one that the first grant names; after that a grant under another set is refused", async () => {
    expect(await t.client.heldPolicy()).toBeNull();
    await grant();
    expect(await t.client.heldPolicy()).toBeNull();
    await grant(FIRST);
    expect(await t.client.heldPolicy()).toBe(FIRST);
    expect(await reasonOf(grant(digest()))).toBe("policy");
    expect(await reasonOf(grant())).toBe("policy");
    await t.restart();
    expect(await t.client.heldPolicy()).toBe(FIRST);
    expect((await grant(FIRST)).statement.max_views).toBe(3);
  });

  test("changes by the signature of an approver, and its numbers narrow what a grant says", async () => {
    await grant(FIRST);
    const said = terms();
    expect(await order(said, "approver")).toBe(said.document);
    expect(await order(said, "approver")).toBe(said.document);
    expect(await reasonOf(grant(FIRST))).toBe("policy");
    const { statement } = await grant(said.document);
    const { not_before, not_after, max_views } = statement;
    expect([max_views, Date.parse(not_after) - Date.parse(not_before)]).toEqual([2, DAY_MS]);
    await t.restart();
    expect(await t.client.heldPolicy()).toBe(said.document);
    expect((await grant(said.document)).statement.max_views).toBe(2);
  });

  test("is named again in a repeated submission without a conflict, after a switch in between", async () => {
    const submission = t.submission();
    const first = await t.client.submitGrant({ ...submission, policy: FIRST });
    const said = terms();
    await order(said, "approver");
    const again = await t.client.submitGrant({ ...submission, policy: said.document });
    expect(again.statement).toEqual(first.statement);
  });
});

describe("an order for a policy set", () => {
  beforeEach(() => grant(FIRST));

  test("of a portal without a person's signature is refused, also with a foreign or altered one", async () => {
    const said = terms();
    const [signed] = signedBy(said, "approver");
    if (signed === undefined) throw new TypeError("no statement");
    const forged = { ...signed, signature: t.signAsPortal("policy", signed.statement) };
    const altered = { ...signed, statement: { ...signed.statement, max_views: 9 } };
    const other = { ...signed, signature: t.sign("legal", "policy", signed.statement) };
    for (const [one, reason] of [
      [forged, "evaluation-key"],
      [altered, "signature"],
      [other, "signature"],
    ] as const)
      expect(await reasonOf(t.client.orderPolicy({ statements: [one] }))).toBe(reason);
    expect(await t.client.heldPolicy()).toBe(FIRST);
  });

  test("needs the duty approve, and people of the roster who agree on the same terms", async () => {
    const said = terms();
    expect(await reasonOf(order(said, "administrator"))).toBe("duty");
    expect(await reasonOf(order(said, "legal"))).toBe("duty");
    expect(await reasonOf(order(said, "approver", "approver"))).toBe("same-person");
    const differ = [...signedBy(said, "approver"), ...signedBy(terms(), "legal")];
    expect(await reasonOf(t.client.orderPolicy({ statements: differ }))).toBe("statement");
    expect(await reasonOf(order(terms({ log: "log.example.test/other" }), "approver"))).toBe("log");
    const statement = { ...said, person: "operator:nobody" };
    const unlisted = { statement, signature: t.sign("approver", "policy", statement) };
    expect(await reasonOf(t.client.orderPolicy({ statements: [unlisted] }))).toBe("approver");
  });

  test("by which someone gains, or with wider numbers, needs two people, one of them with the duty legal", async () => {
    const gain = terms({ gains: true });
    expect(await reasonOf(order(gain, "approver"))).toBe("duty");
    expect(await reasonOf(order(gain, "both"))).toBe("duty");
    expect(await order(gain, "approver", "legal")).toBe(gain.document);
    const wider = terms({ number: 3, replaces: gain.document, max_views: 3 });
    expect(await reasonOf(order(wider, "approver"))).toBe("duty");
    expect(await order(wider, "both", "legal")).toBe(wider.document);
  });

  test("is carried out once, and only in place of the set that it names", async () => {
    const [second, third] = [terms(), terms({ number: 3 })];
    await order(second, "approver");
    // People agreed to it while the first set was in force.
    expect(await reasonOf(order(third, "approver"))).toBe("policy");
    const back = { ...second, act: "roll_back" as const, document: FIRST, replaces: second.document };
    expect(await reasonOf(order({ ...back, max_views: 10_000, max_days: 3_650 }, "approver"))).toBe("policy");
    const same = terms({ number: 3, replaces: second.document });
    await order(same, "approver");
    const again = { ...same, act: "roll_back" as const, document: second.document, replaces: same.document };
    expect(await order(again, "approver")).toBe(second.document);
    // The former agreement does not return by a repetition.
    expect(await reasonOf(order(same, "approver"))).toBe("policy");
  });

  test("goes back by one person only to the set that was in force before", async () => {
    const [second, third] = [terms({ max_views: 5 }), terms({ number: 3, max_views: 5 })];
    await order(second, "approver");
    const next = { ...third, replaces: second.document };
    await order(next, "approver");
    const back = { ...next, act: "roll_back" as const, replaces: next.document };
    expect(await reasonOf(order({ ...back, document: FIRST }, "approver"))).toBe("policy");
    const way = { ...back, number: 2, document: second.document };
    expect(await reasonOf(order({ ...way, max_views: 6 }, "approver"))).toBe("policy");
    expect(await reasonOf(order(way, "administrator"))).toBe("duty");
    expect(await order(way, "legal")).toBe(second.document);
  });
});
