import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { defaultSet } from "@/lib/access/policy/default-document";
import { decideOpening } from "@/lib/access/rules/decide";
import { readFacts } from "@/lib/access/rules/read-facts";
import { openParts } from "@/lib/audit/reading/open-parts";
import { readParts } from "@/lib/audit/reading/parts-store";
import type { DecidingSet } from "@/lib/context/policies";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { fixedPolicies } from "@/lib/testing/benches/bench-policies";
import { called } from "@/lib/testing/called";
import { changedSet } from "@/lib/testing/contracts/open-set";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

let bench: AccessBench;
let grantId: string;
beforeAll(async () => {
  bench = await createAccessBench();
  const id = await bench.file();
  await decideRequest(bench.legal, id, bench.approval("legal"));
  grantId = (await decideRequest(bench.approver, id, bench.approval("coordinator"))).grant_id ?? "";
});
afterAll(() => bench.close());

const under = (who: BenchPerson, set: DecidingSet): BenchPerson => ({
  ...who,
  policies: { ...fixedPolicies(), active: () => ({ ...set, number: 2 }) },
});
const body = () => ({ purpose: "audit" as const, grant_id: grantId });

function open(who: BenchPerson, given: { purpose: "audit" | "settlement"; grant_id?: string } = body()) {
  const [id] = bench.transactions;
  const run = () => openTransaction(who, id, given);
  return called(who, "auditTransaction", { params: { id }, body: given }, run);
}

/** Returns the sealed details of the newest entry of an opening with this outcome. */
async function detailsOf(outcome: "intent" | "denied"): Promise<Record<string, unknown>> {
  const { rows } = await bench.query(
    `SELECT e.id FROM audit_entry e JOIN audit_index i ON i.entry_id = e.id
      WHERE i.action = 'disclosure.open' AND e.outcome = $1 ORDER BY e.id DESC LIMIT 1`,
    [outcome],
  );
  const [row] = rows as { id: string }[];
  const parts = await inSnapshot(bench.legal, (tx) => readParts(tx, [row?.id ?? ""], ["org", "case"]));
  // An org part has details, the part of a case is details.
  const found = (await openParts({ audit: bench.cx.audit }, parts)).map(
    ({ plaintext }) => plaintext.details ?? plaintext,
  );
  const details = found.find((one) => typeof one === "object" && one !== null && "policy" in one);
  return details as Record<string, unknown>;
}

describe("an opening by the policies in force", () => {
  it("its intent seals the facts, the version and the deciding policies, and they decide the same again", async () => {
    expect((await open(bench.regulator)).data).toMatchObject({ amount: "1000", pricing: { rate: "5" } });
    const { facts, policy, policies, levels } = await detailsOf("intent");
    expect(levels).toEqual({ amount: "full", pricing: "full" });
    expect(policy).toBe(defaultSet().version);
    expect(policies).toEqual(["regulator-grant"]);
    const read = readFacts(facts);
    expect(read && decideOpening(read, defaultSet())).toMatchObject({
      isAllowed: true,
      policies: ["regulator-grant"],
      levels: { amount: "full", pricing: "full" },
    });
    const text = JSON.stringify(facts);
    for (const secret of [bench.regulator.principal.userId, bench.transactions[0], grantId, "1000"])
      expect(text).not.toContain(secret);
    expect(text.length).toBeLessThan(1_500);
  });

  it("a party's own opening is recorded the same", async () => {
    await open(bench.client, { purpose: "settlement" });
    const { facts, policies } = await detailsOf("intent");
    expect(policies).toEqual(["client-own"]);
    const read = readFacts(facts);
    expect(read && decideOpening(read, defaultSet()).isAllowed).toBe(true);
  });

  it("a policy that forbids refuses it by name, and the refusal's entry has the facts and the policy", async () => {
    const set = changedSet({
      "no-audits": `forbid(principal in Role::"regulator", action == Action::"open", resource)
when { context.purpose == "audit" };`,
    });
    const error = await open(under(bench.regulator, set)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "access.policy",
      detail: "The policy no-audits does not allow this.",
      extra: { reason: "policy.no-audits" },
    });
    expect(error instanceof DomainError && JSON.stringify(error.extra)).not.toContain("facts");
    const { facts, policy, policies, reason } = await detailsOf("denied");
    expect({ policy, policies, reason }).toEqual({
      policy: set.version,
      policies: ["no-audits"],
      reason: "policy.no-audits",
    });
    const read = readFacts(facts);
    expect(read && decideOpening(read, set)).toMatchObject({ isAllowed: false, policies: ["no-audits"] });
    expect(read && decideOpening(read, defaultSet()).isAllowed).toBe(true);
  });

  it("a field that the policies show masked only is masked, though the grant opens it in full", async () => {
    const set = changedSet({
      "masked-prices": `forbid(principal in Role::"regulator", action == Action::"open", resource)
when { context.group == "pricing" && context.level == "full" };`,
    });
    const opened = await open(under(bench.regulator, set));
    expect(opened.masked).toEqual(["pricing"]);
    expect(opened.data).toMatchObject({ amount: "1000" });
    expect(JSON.stringify(opened.data.pricing)).not.toContain("5");
  });

  it("of groups that the caller did not name those that are permitted open, and a named one refuses all", async () => {
    const set = changedSet({
      "no-prices": `forbid(principal, action == Action::"open", resource) when { context.group == "pricing" };`,
    });
    const who = under(bench.regulator, set);
    expect(Object.keys((await open(who)).data)).not.toContain("pricing");
    const named = { ...body(), fields: ["amount" as const, "pricing" as const] };
    await expect(openTransaction(who, bench.transactions[0], named)).rejects.toMatchObject({
      code: "access.policy",
    });
  });
});
