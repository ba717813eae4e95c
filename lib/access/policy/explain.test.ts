import { describe, expect, it } from "vitest";
import { defaultSet } from "@/lib/access/policy/default-document";
import { decideOpening, dependsOnHold } from "@/lib/access/rules/decide";
import { purposesOf, shownLevel } from "@/lib/access/rules/purposes";
import { readFacts } from "@/lib/access/rules/read-facts";
import type { RecordedFacts } from "@/lib/access/rules/recorded-schema";
import type { DecidingSet } from "@/lib/context/policies";
import { changedSet } from "@/lib/testing/contracts/open-set";
import type { Duty, Role } from "@/lib/vocabulary";

/** A Wednesday, 16:30 in Berlin. */
const NOW = "2026-11-25T15:30:00.000Z";

function factsOf(change: Partial<RecordedFacts> = {}) {
  const facts = readFacts({
    format: 1,
    at: NOW,
    purpose: "audit",
    reader: {
      role: "auditor",
      organisation: "auditors",
      duties: [],
      active: true,
      second_factor: true,
      proof: { proved_at: NOW, factor_at: NOW },
    },
    office: { zone: "Europe/Berlin", holidays: [] },
    record: {
      created_at: "2026-10-01T00:00:00.000Z",
      own: false,
      groups: ["amount"],
      retention_class: "standard",
    },
    grant: {
      holder: "reader",
      organisation: "auditors",
      viewers: [],
      co_viewers: [],
      names_record: true,
      groups: ["amount", "parties"],
      level: "full",
      purpose: "audit",
      from: "2026-11-01T00:00:00.000Z",
      until: "2026-12-31T00:00:00.000Z",
      max_views: 5,
      views_used: 0,
      state: "active",
      authority: {
        kind: "court_order",
        state: "active",
        from: "2026-11-01T00:00:00.000Z",
        until: "2026-12-31T00:00:00.000Z",
      },
      approvals: [
        { by: "p1", organisation: "o1" },
        { by: "p2", organisation: "o1" },
      ],
    },
    opening: "signed",
    hours_override: false,
    evaluation: false,
    ...change,
  });
  if (facts === undefined) throw new TypeError("no facts");
  return facts;
}

const open = (role: string, condition: string) =>
  `permit(principal in Role::"${role}", action == Action::"open", resource) when { ${condition} };`;
const forbid = (condition: string) =>
  `forbid(principal in Role::"auditor", action == Action::"open", resource) when { ${condition} };`;
const first = (set: ReturnType<typeof changedSet>, facts = factsOf()) => {
  const decision = decideOpening(facts, set);
  if (decision.isAllowed) return { code: "allowed" };
  const [{ code, id, detail }] = decision.reasons;
  return { code, id, detail, next: decision.nextPossibleAt?.toISOString(), policies: decision.policies };
};
const NARROW = forbid(
  "!(context.office.weekday <= 4 && context.office.minute >= 600 && context.office.minute < 900)",
);

describe("the explanation of a refusal", () => {
  it("changed hours refuse, and the next possible time is theirs", () => {
    expect(first(defaultSet()).code).toBe("allowed");
    expect(first(changedSet({ "hours-auditor": NARROW }))).toEqual({
      code: "access.outside-hours",
      id: "default.hours",
      detail: "Outside the office hours of your organisation (Europe/Berlin).",
      next: "2026-11-26T09:00:00.000Z",
      policies: ["hours-auditor"],
    });
    // On Thursday evening: not Friday, but Monday.
    const thursday = factsOf({ at: "2026-11-26T19:00:00.000Z" });
    const later = first(changedSet({ "hours-auditor": NARROW }), thursday);
    expect(later.next).toBe("2026-11-30T09:00:00.000Z");
  });

  it("a day that a policy names is the next possible time at its midnight in the organisation's zone", () => {
    const set = changedSet({ "from-december": forbid("context.day < 20261201") });
    expect(first(set)).toMatchObject({ id: "policy.from-december", code: "access.policy" });
    expect(first(set).next).toBe("2026-12-01T08:00:00.000Z");
    const free = changedSet({
      "from-december": forbid("context.day < 20261201"),
      "hours-auditor": forbid("context.office.minute > 2000"),
    });
    expect(first(free).next).toBe("2026-11-30T23:00:00.000Z");
  });

  it("a changed age names its own number of days", () => {
    const set = changedSet({ "age-auditor": forbid("resource.ageDays >= 31") });
    expect(first(set)).toMatchObject({
      id: "default.retention",
      detail: "The transaction is older than the 30 days that your role may see.",
    });
    expect(first(set).next).toBeUndefined();
  });

  it("a permit with another condition than the purpose is not explained by the purpose", () => {
    const set = changedSet({
      "auditor-grant": open("auditor", 'context.purpose == "audit" && context.office.minute < 600'),
    });
    expect(first(set)).toMatchObject({ code: "access.policy", id: "policies.none", policies: [] });
    expect(first(set).next).toBe("2026-11-26T08:00:00.000Z");
    const closed = changedSet({ "auditor-grant": open("auditor", 'context.purpose == "compliance"') });
    expect(first(closed)).toMatchObject({
      id: "default.purpose",
      detail: "Your role cannot use the purpose audit. It can use: compliance.",
    });
  });

  it("a policy that cannot be evaluated is named as such, and nothing opens", () => {
    const set = changedSet({ broken: forbid("resource.ageDays * 9223372036854775807 > 1") });
    expect(first(set)).toMatchObject({ code: "access.policy", id: "policies.broken" });
  });
});

describe("what pages show of the policies", () => {
  const who = (role: Role, duties: Duty[] = []) => ({ role, duties, organisationId: "o" });

  it("purposes are those of the set", () => {
    const shown = (subject: ReturnType<typeof who>, set: DecidingSet = defaultSet()) =>
      purposesOf(subject, set);
    expect(shown(who("client"))).toEqual(["settlement", "dispute", "support"]);
    expect(shown(who("miner"))).toEqual(["settlement"]);
    expect(shown(who("auditor"))).toEqual(["audit", "compliance"]);
    expect(shown(who("coordinator"))).toHaveLength(6);
    expect(shown(who("coordinator", ["support"]))).toEqual(["dispute"]);
    expect(shown(who("admin"))).toEqual([]);
    const narrower = changedSet({
      "client-own": open("client", 'context.isParty && context.purpose == "dispute"'),
      "request-officer": 'forbid(principal in Role::"auditor", action == Action::"request", resource);',
    });
    expect(shown(who("client"), narrower)).toEqual(["dispute"]);
    expect(shown(who("auditor"), narrower)).toEqual([]);
  });

  it("a field is shown as masked where the policies mask it under this instrument", () => {
    const terms = { level: "full", purpose: "audit" } as const;
    const shown = (instrument: "subpoena" | "court_order" | undefined, group: "parties" | "amount") =>
      shownLevel({ ...terms, instrument }, group, defaultSet());
    expect(shown("subpoena", "parties")).toBe("masked");
    expect(shown("subpoena", "amount")).toBe("full");
    expect(shown("court_order", "parties")).toBe("full");
    expect(shown(undefined, "parties")).toBe("full");
    expect(shownLevel({ ...terms, level: "masked", instrument: undefined }, "amount", defaultSet())).toBe(
      "masked",
    );
    const set = changedSet({ none: forbid('context.level == "full"') });
    expect(shownLevel({ ...terms, instrument: undefined }, "amount", set, who("auditor"))).toBe("masked");
    expect(shownLevel({ ...terms, instrument: undefined }, "amount", set, who("regulator"))).toBe("full");
  });

  it("a hold is asked for only where it would change the decision", () => {
    expect(dependsOnHold(factsOf(), defaultSet())).toBe(false);
    const old = { ...factsOf().record, createdAt: new Date("2015-01-01") };
    expect(dependsOnHold({ ...factsOf(), record: old }, defaultSet())).toBe(true);
    const extended = { ...old, retentionClass: "extended" };
    expect(dependsOnHold({ ...factsOf(), record: extended }, defaultSet())).toBe(false);
    const set = changedSet({ held: forbid("resource.isKept") });
    expect(dependsOnHold(factsOf(), set)).toBe(true);
  });
});
