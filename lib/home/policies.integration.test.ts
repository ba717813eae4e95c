import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { readPolicyNeeds } from "@/lib/home/policy-needs";
import { listNotifications } from "@/lib/notify/list-notifications";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { activateSet } from "@/lib/policies/activate-set";
import { submitSet } from "@/lib/policies/submit-set";
import { createPolicyBench, type PolicyBench } from "@/lib/testing/benches/policy-bench";

let bench: PolicyBench;
beforeAll(async () => {
  bench = await createPolicyBench();
});
afterAll(() => bench?.close());

const approve = { decision: "approve", reason: "read" } as const;
const needsOf = (who: Context) => inSnapshot(who, (tx) => readPolicyNeeds(tx, who));
const numbersOf = async (who: Context) => (await needsOf(who)).map(({ reference }) => Number(reference));

/** States of the notices about a set, newest first. */
async function noticesOf(who: Context, number: number): Promise<string[]> {
  const { items } = await listNotifications(who, { view: "all", limit: 100 });
  return items.flatMap((one) =>
    one.kind === "policy" && one.reference === String(number) ? [one.state] : [],
  );
}
const send = () => {
  bench.clock.advance(1);
  return sendNotifications({ ...bench.runtime, hasMail: false });
};

describe("a submitted policy set", () => {
  it("is a task of people whose duty it needs until they decide, and not of its author or of people who gain access", async () => {
    const { number, title } = await bench.draft();
    const gainer = await bench.person({ role: "coordinator", duties: ["approve"] });
    await bench.dryRun(number, "counterexample", { gainers: [gainer.principal.userId] });
    expect(await numbersOf(bench.jonas)).not.toContain(number);
    await submitSet(bench.anke, number, undefined);
    expect(await needsOf(bench.jonas)).toContainEqual(
      expect.objectContaining({
        ...{ kind: "policy", subject: { kind: "policy", id: String(number) }, reference: String(number) },
        facts: { text: title, person: bench.anke.principal.name },
      }),
    );
    expect(await numbersOf(bench.clara)).toContain(number);
    for (const who of [bench.anke, bench.greta, gainer]) expect(await numbersOf(who)).not.toContain(number);
    await bench.decide(bench.jonas, number, approve);
    expect(await numbersOf(bench.jonas)).not.toContain(number);
    expect(await numbersOf(bench.clara)).toContain(number);
    await bench.decide(bench.clara, number, approve);
    expect(await numbersOf(bench.clara)).not.toContain(number);
  });

  it("is announced once to each person who must act, and not to the person who caused it", async () => {
    const { number } = await bench.submitted();
    await send();
    await send();
    expect(await noticesOf(bench.jonas, number)).toEqual(["submitted"]);
    // No one gains access by this set, so it needs no approval by the duty legal.
    for (const who of [bench.anke, bench.greta, bench.clara])
      expect(await noticesOf(who, number)).toEqual([]);
    await bench.decide(bench.jonas, number, approve);
    await activateSet(bench.anke, number);
    await send();
    expect(await noticesOf(bench.jonas, number)).toEqual(["active", "submitted"]);
    expect(await noticesOf(bench.anke, number)).toEqual(["approved"]);
    const officer = await bench.person({ role: "regulator", organisationId: bench.agency });
    expect(await noticesOf(officer, number)).toEqual([]);
  });
});
