import { describe, expect, it } from "vitest";
import { DEFAULT_DOCUMENT } from "@/lib/access/policy/default-document";
import { preparePolicySet } from "@/lib/access/policy/engine";
import { requireAskable, requireGrantable } from "@/lib/access/requests/grant-limits";
import type { DecisionStatement } from "@/lib/escrow/protocol/statements";
import { fixedPolicies } from "@/lib/testing/benches/bench-policies";

const NOW = new Date("2026-11-25T00:00:00Z");
const day = (days: number): Date => new Date(NOW.getTime() + days * 86_400_000);
const set = preparePolicySet({
  ...DEFAULT_DOCUMENT,
  settings: { ...DEFAULT_DOCUMENT.settings, grants: { max_views: 20, max_exports: 2, max_days: 30 } },
});
const cx = { policies: { ...fixedPolicies(), active: () => set } };

function faultsOf(run: () => void): unknown {
  try {
    run();
    return [];
  } catch (error) {
    const { code, errors } = error as { code: string; errors: readonly { pointer: string }[] };
    return [code, ...errors.map(({ pointer }) => pointer)];
  }
}

describe("the most that the policies let one grant give", () => {
  it("bounds what a request asks for, the bound included", () => {
    const asked = { maxViews: 20, maxExports: 2, from: undefined, until: day(30) };
    const ask = (more: Partial<typeof asked>) =>
      faultsOf(() => requireAskable(cx, { ...asked, ...more }, NOW));
    expect(ask({})).toEqual([]);
    expect(ask({ maxViews: 21 })).toEqual(["request.invalid", "/max_views"]);
    expect(ask({ maxExports: 3 })).toEqual(["request.invalid", "/max_exports"]);
    expect(ask({ until: day(31) })).toEqual(["request.invalid", "/until"]);
    expect(faultsOf(() => requireAskable(cx, { ...asked, from: day(5), until: day(35) }, NOW))).toEqual([]);
  });

  it("bounds what an approval gives, and no denial", () => {
    const statement = {
      decision: "approve",
      max_views: 20,
      not_before: NOW.toISOString(),
      not_after: day(30).toISOString(),
    } as DecisionStatement;
    const give = (more: Partial<DecisionStatement>, exports = 2) =>
      faultsOf(() => requireGrantable(cx, { ...statement, ...more } as DecisionStatement, exports));
    expect(give({})).toEqual([]);
    expect(give({ max_views: 21 })).toEqual(["decision.not-narrower", "/max_views"]);
    expect(give({}, 3)).toEqual(["decision.not-narrower", "/max_exports"]);
    expect(give({ not_after: day(31).toISOString() })).toEqual(["decision.not-narrower", "/until"]);
    expect(give({ decision: "deny", max_views: 21 })).toEqual([]);
  });
});
