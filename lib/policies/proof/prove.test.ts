import { describe, expect, it } from "vitest";
import { DEFAULT_POLICIES } from "@/lib/access/policy/default-policies";
import { prove } from "./prove";

const changed = (id: string, from: string | RegExp, to: string) => {
  const text = DEFAULT_POLICIES[id]?.replace(from, to);
  if (text === undefined || text === DEFAULT_POLICIES[id]) throw new Error(`no change in ${id}`);
  return { ...DEFAULT_POLICIES, [id]: text };
};

describe("proof", () => {
  it("proves that a set allows nothing more than itself", async () => {
    expect(await prove(DEFAULT_POLICIES, DEFAULT_POLICIES)).toMatchObject({ outcome: "proved" });
  });

  it("proves that fewer hours give no new permission, and finds the gain of more hours", async () => {
    const narrow = changed("hours-auditor", "< 1020", "< 960");
    expect(await prove(DEFAULT_POLICIES, narrow)).toMatchObject({ outcome: "proved" });
    const wide = await prove(narrow, DEFAULT_POLICIES);
    expect(wide).toMatchObject({
      outcome: "counterexample",
      counterexample: { policies: ["auditor-grant"] },
    });
    console.log(JSON.stringify(wide.counterexample), wide.ms);
  });

  it("tells a gain of support as a sentence", async () => {
    const gain = await prove(DEFAULT_POLICIES, changed("support-dispute", "context has grant && ", ""));
    console.log(JSON.stringify(gain.counterexample), gain.ms, gain.why);
    expect(gain.counterexample?.sentence).toBe("");
  });
});
