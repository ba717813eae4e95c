import { describe, expect, it } from "vitest";
import { withinFence } from "./result-fence";
import type { Change, DryRunResult } from "./schema";

const change = (user: string, grant: string, request: string): Change => ({
  ...{ user_id: user, organisation_id: "o", group: "amount", before: "full", after: "none" },
  ...{ grant_id: grant, request_id: request, purpose: "audit", policies: [], in_part: false },
  when: { weekday: 3, minute: 720, is_holiday: false, age_days: 1, has_override: false },
  last_used_at: null,
});
const outcome = { outcome: "refused" as const, levels: {}, policies: [] };
const past = (id: string, request: string) => ({
  ...{ entry_id: id, request_id: request, at: "2026-11-29T00:00:00Z", before: outcome, after: outcome },
});
const result: DryRunResult = {
  ...{ base: 1, people_lose: 2, people_gain: 1, grants_narrower: 3 },
  compared: { people: 3, grants: 3 },
  decisions: { total: 10, differ: 2, unreadable: 0, since: "2026-08-31T00:00:00Z" },
  losers: [change("a", "g1", "r1"), change("a", "g2", "sealed"), change("b", "g3", "sealed")],
  losers_more: false,
  gainers: [change("c", "g1", "r1")],
  gainers_more: false,
  past: [past("e1", "r1"), past("e2", "sealed")],
  past_more: false,
  settings: [],
  retention: { changes: [] },
  proof: { outcome: "proved", why: null, counterexample: null, questions: {}, ms: 1 },
};

describe("a result within the reader's fence", () => {
  it("has neither a row nor a count of a request that is sealed from the reader", () => {
    const shown = withinFence(result, new Set(["sealed"]));
    expect(shown.losers).toEqual([change("a", "g1", "r1")]);
    expect(shown.past.map(({ entry_id: id }) => id)).toEqual(["e1"]);
    expect(shown).toMatchObject({ people_lose: 1, people_gain: 1, grants_narrower: 1 });
    expect(shown.decisions).toMatchObject({ total: 9, differ: 1 });
  });

  it("is whole for a reader from whom nothing is sealed", () => {
    expect(withinFence(result, new Set())).toEqual(result);
  });

  it("has the counts alone for people who do not write policies", () => {
    expect(withinFence(result, "counts")).toEqual({ ...result, losers: [], gainers: [], past: [] });
  });
});
