import { describe, expect, it } from "vitest";
import { DEFAULT_DOCUMENT } from "@/lib/access/policy/default-document";
import { preparePolicySet } from "@/lib/access/policy/engine";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import { GroupName } from "@/lib/vocabulary";
import { CellBook } from "./cell-book";
import { type Cell, compareCell } from "./compare-cell";
import { agesOf, comparedSets, countCases, stretchesOf } from "./instants";

function changed(id: string, from: string, to: string): PolicyDocument {
  const policies = DEFAULT_DOCUMENT.policies.map((policy) =>
    policy.id === id ? { ...policy, text: policy.text.replace(from, to) } : policy,
  );
  if (JSON.stringify(policies) === JSON.stringify(DEFAULT_DOCUMENT.policies)) throw new Error("no change");
  return { ...DEFAULT_DOCUMENT, policies };
}

const AUDITOR: Omit<Cell, "ages"> = {
  principal: { role: "auditor", organisation: "o", duties: [], isSupport: false },
  purpose: "audit",
  groups: GroupName.options,
  levels: ["full", "masked"],
  setsHours: false,
  grant: { kind: "request", level: "full", approvals: 2, viewsUsed: 0 },
  authority: { kind: "court_order", state: "active" },
};

function compare(candidate: PolicyDocument, cell: Omit<Cell, "ages">, oldest = 100, base = DEFAULT_DOCUMENT) {
  const sets = comparedSets(preparePolicySet(base), preparePolicySet(candidate));
  const ages = agesOf(sets, [{ youngest: 0, oldest, retentionClass: "standard", isKept: false }]);
  return compareCell(sets, { ...cell, ages }, stretchesOf(sets, 20_261_129));
}

describe("comparison of two sets for one person", () => {
  it("finds nothing between equal sets", async () => {
    expect(await compare(DEFAULT_DOCUMENT, AUDITOR)).toEqual({ losses: [], gains: [] });
  });

  it("names the first lost minute of narrower hours, and the policy", async () => {
    const { losses, gains } = await compare(changed("hours-auditor", "< 1020", "< 960"), AUDITOR);
    expect(gains).toEqual([]);
    expect(losses).toHaveLength(GroupName.options.length);
    expect(losses[0]).toEqual({
      ...{ group: "amount", before: "full", after: "none", policies: ["hours-auditor"], in_part: true },
      when: { weekday: 3, minute: 960, is_holiday: false, has_override: false, age_days: 0 },
    });
  });

  it("finds a loss and a gain where hours move", async () => {
    const moved = changed("hours-auditor", "minute >= 540", "minute >= 600");
    const later = {
      ...moved,
      policies: moved.policies.map((one) => ({ ...one, text: one.text.replace("< 1020", "< 1080") })),
    };
    const { losses, gains } = await compare(later, AUDITOR);
    expect(losses[0]).toMatchObject({ before: "full", after: "none", when: { minute: 540 } });
    expect(gains[0]).toMatchObject({
      ...{ before: "none", after: "full", policies: ["auditor-grant"], when: { minute: 1_020 } },
    });
  });

  it("ignores hours of organisations that set their own, which the change does not concern", async () => {
    const narrow = changed("hours-auditor", "< 1020", "< 960");
    expect(await compare(narrow, { ...AUDITOR, setsHours: true })).toEqual({ losses: [], gains: [] });
  });

  it("compares ages that the records reach, and no others", async () => {
    const shorter = changed("age-auditor", "> 1825", "> 365");
    expect(await compare(shorter, AUDITOR, 365)).toEqual({ losses: [], gains: [] });
    const { losses } = await compare(shorter, AUDITOR, 366);
    expect(losses[0]).toMatchObject({ policies: ["age-auditor"], when: { age_days: 366 } });
  });

  it("finds a group that falls from full to masked", async () => {
    const masks = changed("masked-by-instrument", '"subpoena"', '"subpoena", "court_order"');
    const { losses } = await compare(masks, AUDITOR);
    expect(losses.map(({ group }) => group)).toEqual(["parties", "narrative", "external_references"]);
    expect(losses[0]).toMatchObject({ before: "full", after: "masked", in_part: true });
  });

  it("shows a party that loses a purpose", async () => {
    const { grant: _, authority: _kind, ...rest } = AUDITOR;
    const client = { ...rest, principal: { ...rest.principal, role: "client" }, levels: ["full"] } as const;
    const narrow = changed("client-own", '"dispute", ', "");
    expect(await compare(narrow, { ...client, purpose: "settlement" })).toEqual({ losses: [], gains: [] });
    const { losses } = await compare(narrow, { ...client, purpose: "dispute" });
    expect(losses[0]).toMatchObject({ before: "full", after: "none", policies: ["client-own"] });
  });

  it("reads a name that a policy writes with escapes, so that no one's gain is hidden", async () => {
    const text = `permit(principal, action == Action::"open", resource)
      when { principal["organis\\u{61}tion"] == "o-1" && principal.duties.contains("\\u{61}pprove") };`;
    const policies = [...DEFAULT_DOCUMENT.policies, { id: "hidden", text, examples: [] }];
    const sets = comparedSets(
      preparePolicySet(DEFAULT_DOCUMENT),
      preparePolicySet({ ...DEFAULT_DOCUMENT, policies }),
    );
    const book = new CellBook(sets, new Date("2026-11-29T10:00:00Z"));
    const principal = {
      role: "coordinator",
      organisation: "o-1",
      duties: ["approve"],
      isSupport: false,
    } as const;
    const { gains } = await book.compare({
      ...{ ...AUDITOR, principal, purpose: "other" },
      ages: [{ ageDays: 0, retentionClass: "standard", isKept: false }],
    });
    expect(gains[0]).toMatchObject({ before: "none", after: "full", policies: ["hidden"] });
  });

  it.each([
    ["hours-auditor", "< 1020", "< 960"],
    ["age-auditor", "> 1825", "> 365"],
    ["masked-by-instrument", '"subpoena"', '"subpoena", "court_order"'],
    ["client-own", '"dispute", ', ""],
  ])("skips only times at which both sets answer alike: %s", async (id, from, to) => {
    const sets = comparedSets(preparePolicySet(changed(id, from, to)), preparePolicySet(DEFAULT_DOCUMENT));
    const isSatisfied = () => ({ isAllowed: false, policies: ["any"], isBroken: false });
    const whole = { ...sets, changed: { ...sets.changed, ask: isSatisfied } };
    const ages = [0, 366].map((ageDays) => ({ ageDays, retentionClass: "standard", isKept: false }));
    const { grant: _, authority: _kind, ...rest } = { ...AUDITOR, groups: ["narrative"] as const, ages };
    const client = { ...rest, principal: { ...rest.principal, role: "client" }, purpose: "dispute" } as const;
    const stretches = stretchesOf(sets, 20_261_129);
    for (const cell of [{ ...AUDITOR, ...rest }, client])
      expect(await compareCell(sets, cell, stretches)).toEqual(await compareCell(whole, cell, stretches));
  });

  it("knows how many times there are before it makes them", () => {
    const sets = comparedSets(preparePolicySet(DEFAULT_DOCUMENT), preparePolicySet(DEFAULT_DOCUMENT));
    const ages = agesOf(sets, [{ youngest: 0, oldest: 100_000, retentionClass: "standard", isKept: false }]);
    expect(countCases(sets, 20_261_129)).toBe(stretchesOf(sets, 20_261_129).flat().length * ages.length);
  });
});
