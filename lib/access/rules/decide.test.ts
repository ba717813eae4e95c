import { describe, expect, it } from "vitest";
import { defaultSet } from "@/lib/access/policy/default-document";
import { decideOpening as decideBy } from "@/lib/access/rules/decide";
import type { AuthorizationFacts, GrantFacts, OpeningFacts, SubjectFacts } from "@/lib/access/rules/facts";
import { DAY_MS } from "@/lib/access/rules/limits";
import { ALL_HOURS, OFFICE_HOURS } from "@/lib/organisations/hours";
import type { Role } from "@/lib/vocabulary";

/** A Wednesday, 12:00 in Berlin (winter time). */
const NOW = new Date("2026-11-25T11:00:00Z");
const at = (ms: number): Date => new Date(NOW.getTime() + ms);
const key = { kind: "api-key", keyId: "k", prefix: "p", signed: false } as const;

function subject(role: Role, more: Partial<SubjectFacts> = {}): SubjectFacts {
  return {
    userId: "asker",
    handle: "asker",
    organisationId: "org-asker",
    role,
    duties: [],
    isActive: true,
    proof: key,
    hasSecondFactor: false,
    ...more,
  };
}

const ORDER: AuthorizationFacts = {
  id: "auth",
  kind: "court_order",
  state: "active",
  validFrom: at(-DAY_MS),
  validUntil: at(DAY_MS),
};

function grant(more: Partial<GrantFacts> = {}): GrantFacts {
  return {
    id: "grant",
    requestId: "request",
    subjectUserId: "asker",
    requesterOrganisationId: "org-asker",
    transactions: ["tx"],
    groups: ["amount", "pricing"],
    level: "full",
    purpose: "audit",
    notBefore: at(-1_000),
    notAfter: at(1_000),
    maxViews: 2,
    viewsUsed: 0,
    state: "active",
    assurance: "evaluation",
    authorization: ORDER,
    approvals: [
      { approverUserId: "legal", approverOrganisationId: "org-staff" },
      { approverUserId: "coordinator", approverOrganisationId: "org-staff" },
    ],
    ...more,
  };
}

function facts(more: Partial<OpeningFacts> = {}): OpeningFacts {
  return {
    subject: subject("regulator"),
    office: { zone: "Europe/Berlin", holidays: [] },
    record: {
      transactionId: "tx",
      participants: ["client-1", "miner-1"],
      submitter: "client-1",
      createdAt: at(-DAY_MS),
      groups: ["amount", "pricing", "settlement_details"],
      retentionClass: "standard",
    },
    purpose: "audit",
    grant: grant(),
    opening: "evaluation",
    isEvaluation: true,
    now: NOW,
    ...more,
  };
}

/** Without a grant: a party opens their own record. */
function own(role: "client" | "miner", purpose: string, more: Partial<OpeningFacts> = {}): OpeningFacts {
  const { grant: _, ...rest } = facts({
    subject: subject(role, { participantId: `${role}-1` }),
    purpose,
    ...more,
  });
  return rest;
}

const decideOpening = (given: OpeningFacts) => decideBy(given, defaultSet());

const verdict = (given: OpeningFacts): string => {
  const decision = decideOpening(given);
  return decision.isAllowed ? "allowed" : `${decision.reasons[0].code} ${decision.reasons[0].id}`;
};

describe("parties", () => {
  it.each([
    ["client", "settlement", "allowed"],
    ["client", "dispute", "allowed"],
    ["client", "support", "allowed"],
    ["client", "audit", "access.purpose default.purpose"],
    ["client", "compliance", "access.purpose default.purpose"],
    ["client", "reporting", "access.purpose default.purpose"],
    ["miner", "settlement", "allowed"],
    ["miner", "dispute", "access.purpose default.purpose"],
    ["miner", "support", "access.purpose default.purpose"],
    ["miner", "audit", "access.purpose default.purpose"],
  ] as const)("%s for %s: %s", (role, purpose, expected) => {
    expect(verdict(own(role, purpose))).toBe(expected);
  });

  it("a party does not learn that a record of others exists", () => {
    const stranger = own("client", "settlement", {
      subject: subject("client", { participantId: "client-2" }),
    });
    expect(verdict(stranger)).toBe("transaction.not-found floor.not-a-party");
    expect(verdict({ ...stranger, grant: grant() })).toBe("transaction.not-found floor.not-a-party");
  });

  it("a party opens every group of their own record in full, with any grant", () => {
    const decision = decideOpening({ ...own("client", "settlement"), grant: grant({ state: "revoked" }) });
    expect(decision).toMatchObject({
      isAllowed: true,
      groups: ["amount", "pricing", "settlement_details"],
      levels: { amount: "full", settlement_details: "full" },
    });
  });

  it("an inactive party is refused", () => {
    const inactive = subject("client", { participantId: "client-1", isActive: false });
    expect(verdict(own("client", "settlement", { subject: inactive }))).toBe(
      "access.inactive floor.inactive",
    );
  });

  it("a party opens their own record with a bearer key, also outside evaluation", () => {
    expect(verdict(own("client", "settlement", { isEvaluation: false }))).toBe("allowed");
  });
});

describe("who needs a grant", () => {
  it.each(["regulator", "auditor", "coordinator", "admin"] as const)(
    "%s without a grant is refused",
    (role) => {
      const { grant: _, ...rest } = facts({ subject: subject(role), office: { zone: "UTC", holidays: [] } });
      expect(verdict(rest)).toBe("access.no-grant floor.no-grant");
    },
  );

  it("an administrator opens nothing even with a grant", () => {
    expect(verdict(facts({ subject: subject("admin") }))).toBe("access.purpose default.purpose");
  });

  it.each([
    ["another person's", { subjectUserId: "other" }, "access.no-grant floor.grant-of-another"],
    ["for another transaction", { transactions: ["other"] }, "access.no-grant floor.grant-transaction"],
    ["pending", { state: "pending" }, "access.no-grant floor.grant-state"],
    ["revoked", { state: "revoked" }, "access.no-grant floor.grant-state"],
    ["expired", { state: "expired" }, "access.no-grant floor.grant-state"],
    ["exhausted", { state: "exhausted" }, "access.views-exhausted floor.views"],
    ["used up", { viewsUsed: 2 }, "access.views-exhausted default.views"],
    ["with one view left", { viewsUsed: 1 }, "allowed"],
    ["for another purpose", { purpose: "compliance" }, "access.purpose default.grant-purpose"],
    ["of metadata only", { level: "metadata" }, "access.level default.level"],
    ["beginning now", { notBefore: NOW }, "allowed"],
    ["beginning in a millisecond", { notBefore: at(1) }, "access.no-grant floor.grant-time"],
    ["ending now", { notAfter: NOW }, "access.no-grant floor.grant-time"],
    ["ending in a millisecond", { notAfter: at(1) }, "allowed"],
    [
      "decided by the requester",
      { approvals: [{ approverUserId: "asker", approverOrganisationId: "x" }] },
      "access.no-grant floor.self-approval",
    ],
    [
      "decided in the requester's organisation",
      {
        approvals: [
          { approverUserId: "a", approverOrganisationId: "org-asker" },
          { approverUserId: "b", approverOrganisationId: "org-staff" },
        ],
      },
      "access.no-grant floor.organisation",
    ],
    [
      "decided by one person twice",
      {
        approvals: [
          { approverUserId: "a", approverOrganisationId: "org-staff" },
          { approverUserId: "a", approverOrganisationId: "org-staff" },
        ],
      },
      "access.no-grant floor.approvers",
    ],
  ] as const)("a grant %s: %s", (_what, change, expected) => {
    expect(verdict(facts({ grant: grant(change as Partial<GrantFacts>) }))).toBe(expected);
  });

  it.each([
    ["beginning now", { validFrom: NOW }, "allowed"],
    ["beginning in a millisecond", { validFrom: at(1) }, "access.no-grant floor.authorization-time"],
    ["ending now", { validUntil: NOW }, "access.no-grant floor.authorization-time"],
    ["ending in a millisecond", { validUntil: at(1) }, "allowed"],
    ["attested", { state: "attested" }, "allowed"],
    ["verified", { state: "signature_verified" }, "allowed"],
    ["in legal review", { state: "legal_review" }, "access.no-grant floor.authorization-state"],
    ["suspended", { state: "suspended" }, "access.no-grant floor.authorization-state"],
    ["revoked", { state: "revoked" }, "access.no-grant floor.authorization-state"],
  ] as const)("a grant never outlives its authorization, %s: %s", (_what, change, expected) => {
    expect(verdict(facts({ grant: grant({ authorization: { ...ORDER, ...change } }) }))).toBe(expected);
  });

  it("a coordinator's grant may rest on no authorization; a regulator's and an auditor's may not", () => {
    const { authorization: _, ...bare } = grant();
    expect(verdict(facts({ subject: subject("coordinator"), grant: bare }))).toBe("allowed");
    for (const role of ["regulator", "auditor"] as const) {
      expect(verdict(facts({ subject: subject(role), grant: bare }))).toBe(
        "access.no-grant floor.authorization-missing",
      );
    }
  });

  it.each(["settlement", "dispute", "support", "reporting"] as const)(
    "for %s a regulator cannot open",
    (purpose) => {
      const given = facts({ purpose, grant: grant({ purpose }) });
      expect(verdict(given)).toBe("access.purpose default.purpose");
      expect(verdict({ ...given, subject: subject("auditor") })).toBe("access.purpose default.purpose");
    },
  );
});

describe("groups and levels", () => {
  it("a group beyond the grant is refused, and an absent list gives all groups of the grant", () => {
    expect(verdict(facts({ groups: ["amount", "settlement_details"] }))).toBe("access.groups default.groups");
    expect(decideOpening(facts({ groups: ["amount"] }))).toMatchObject({ groups: ["amount"] });
    expect(decideOpening(facts())).toMatchObject({ groups: ["amount", "pricing"] });
  });

  it.each([
    ["court_order", "full"],
    ["warrant", "full"],
    ["epoc", "full"],
    ["subpoena", "masked"],
    ["statutory_demand", "masked"],
    ["audit_mandate", "masked"],
  ] as const)("a %s opens personal data %s, and money in full", (kind, personal) => {
    const groups = [
      "amount",
      "pricing",
      "settlement_details",
      "parties",
      "narrative",
      "external_references",
    ] as const;
    const decision = decideOpening(facts({ grant: grant({ groups, authorization: { ...ORDER, kind } }) }));
    expect(decision).toMatchObject({
      levels: {
        amount: "full",
        pricing: "full",
        settlement_details: "full",
        parties: personal,
        narrative: personal,
        external_references: personal,
      },
    });
  });

  it("support sees masked fields for disputes and nothing else", () => {
    const asSupport = (purpose: string, level: "masked" | "full") =>
      facts({
        subject: subject("coordinator", { duties: ["support"] }),
        purpose,
        grant: grant({ purpose, level }),
      });
    expect(verdict(asSupport("dispute", "masked"))).toBe("allowed");
    expect(verdict(asSupport("dispute", "full"))).toBe("access.level floor.support-masked");
    expect(verdict(asSupport("audit", "masked"))).toBe("access.purpose default.purpose");
    for (const role of ["admin", "regulator", "auditor"] as const) {
      const elsewhere = {
        ...asSupport("dispute", "masked"),
        subject: subject(role, { duties: ["support"] }),
      };
      expect(verdict(elsewhere)).toBe("access.purpose default.purpose");
    }
  });
});

describe("a grant that rests on a party's dispute", () => {
  const dispute = { id: "dispute", isLive: true, takenBy: "asker", partyOrganisations: ["org-client"] };
  const support = subject("coordinator", { duties: ["support"] });
  const disputed = (over: Partial<typeof dispute> = {}, more: Partial<GrantFacts> = {}): OpeningFacts => {
    const masked = { purpose: "dispute", level: "masked", approvals: [], ...more } as const;
    const { requestId: _request, authorization: _order, ...bare } = grant(masked);
    return facts({
      subject: support,
      purpose: "dispute",
      grant: { ...bare, dispute: { ...dispute, ...over } },
    });
  };

  it("the support person who took the dispute opens masked groups without approvals or an order", () => {
    const decision = decideOpening(disputed());
    expect(decision).toMatchObject({ isAllowed: true, levels: { amount: "masked", pricing: "masked" } });
  });

  it("the grant opens nothing once the dispute has ended, or another person has taken it", () => {
    expect(verdict(disputed({ isLive: false }))).toBe("access.no-grant floor.dispute-ended");
    expect(verdict(disputed({ takenBy: "another" }))).toBe("access.no-grant floor.dispute-holder");
  });

  it("the grant opens nothing to staff without the support duty, or to support of a party's organisation", () => {
    const approver = { ...disputed(), subject: subject("coordinator", { duties: ["approve"] }) };
    expect(verdict(approver)).toBe("access.no-grant floor.dispute-holder");
    const ownDesk = disputed({ partyOrganisations: ["org-client", "org-asker"] });
    expect(verdict(ownDesk)).toBe("access.no-grant floor.dispute-party");
  });

  it("the grant is never full, whatever level its row has", () => {
    expect(verdict(disputed({}, { level: "full" }))).toBe("access.level floor.dispute-masked");
  });

  it("the grant is for the purpose dispute and its own groups only", () => {
    expect(verdict({ ...disputed(), purpose: "support" })).toBe("access.purpose default.purpose");
    expect(verdict({ ...disputed(), groups: ["settlement_details"] })).toBe("access.groups default.groups");
  });
});

describe("retention, day N included", () => {
  const aged = (role: Role, days: number, beyondMs: number, more: Partial<OpeningFacts["record"]> = {}) => {
    const base =
      role === "client" || role === "miner" ? own(role, "settlement") : facts({ subject: subject(role) });
    const createdAt = at(-(days * DAY_MS + beyondMs));
    return { ...base, record: { ...base.record, createdAt, ...more } };
  };
  it.each([
    ["regulator", 2_555],
    ["auditor", 1_825],
    ["coordinator", 3_650],
    ["client", 365],
    ["miner", 365],
  ] as const)("%s looks back %d days", (role, days) => {
    expect(verdict(aged(role, days, 0))).toBe("allowed");
    expect(verdict(aged(role, days, DAY_MS - 1))).toBe("allowed");
    expect(verdict(aged(role, days + 1, 0))).toBe("access.outside-retention default.retention");
  });

  it("an instrument that names a record overrides a hold or a longer class, and nothing else", () => {
    const old = 2_556;
    expect(verdict(aged("regulator", old, 0, { holdUntil: at(1) }))).toBe("allowed");
    expect(verdict(aged("regulator", old, 0, { holdUntil: NOW }))).toBe(
      "access.outside-retention default.retention",
    );
    expect(verdict(aged("regulator", old, 0, { retentionClass: "extended" }))).toBe("allowed");
    expect(verdict(aged("client", 366, 0, { holdUntil: at(1) }))).toBe(
      "access.outside-retention default.retention",
    );
  });
});

describe("business hours", () => {
  const audit = (iso: string, more: Partial<OpeningFacts> = {}) => {
    const now = new Date(iso);
    const window = {
      notBefore: new Date(now.getTime() - 1),
      notAfter: new Date(now.getTime() + 1),
      authorization: { ...ORDER, validFrom: new Date(0), validUntil: new Date("2100-01-01") },
    };
    const base = facts({ subject: subject("auditor"), now, grant: grant(window) });
    return { ...base, record: { ...base.record, createdAt: new Date(now.getTime() - DAY_MS) }, ...more };
  };
  it.each([
    ["2026-11-25T07:59:59.999Z", "access.outside-hours default.hours"],
    ["2026-11-25T08:00:00.000Z", "allowed"],
    ["2026-11-25T15:59:59.999Z", "allowed"],
    ["2026-11-25T16:00:00.000Z", "access.outside-hours default.hours"],
    ["2026-11-27T15:59:59.999Z", "allowed"],
    ["2026-11-28T11:00:00.000Z", "access.outside-hours default.hours"],
    ["2026-11-29T11:00:00.000Z", "access.outside-hours default.hours"],
    ["2026-11-30T08:00:00.000Z", "allowed"],
    ["2026-07-01T06:59:59.999Z", "access.outside-hours default.hours"],
    ["2026-07-01T07:00:00.000Z", "allowed"],
    ["2026-07-01T15:00:00.000Z", "access.outside-hours default.hours"],
  ])("of an auditor in Berlin at %s: %s", (iso, expected) => {
    expect(verdict(audit(iso))).toBe(expected);
    const office = { zone: "Europe/Berlin", holidays: [], weeklyHours: OFFICE_HOURS };
    expect(verdict(audit(iso, { office }))).toBe(expected);
  });

  it("offices close on holidays and in unknown zones, and stay open if the organisation opens at all hours", () => {
    const noon = "2026-12-25T11:00:00Z";
    expect(verdict(audit(noon))).toBe("allowed");
    const office = { zone: "Europe/Berlin", holidays: ["2026-12-25"] };
    expect(verdict(audit(noon, { office }))).toBe("access.outside-hours default.hours");
    const open = { zone: "Europe/Berlin", holidays: [], weeklyHours: ALL_HOURS };
    expect(verdict(audit("2026-11-29T00:00:00Z", { office: open }))).toBe("allowed");
    expect(verdict(audit(noon, { office: { zone: "Nowhere/Here", holidays: [] } }))).toBe(
      "access.outside-hours default.hours",
    );
  });

  it("hours apply to a regulator only if the agency sets them, and to no other role", () => {
    const sunday = "2026-11-29T11:00:00Z";
    const office = { zone: "Europe/Berlin", holidays: [], weeklyHours: OFFICE_HOURS };
    expect(verdict(audit(sunday, { subject: subject("regulator") }))).toBe("allowed");
    expect(verdict(audit(sunday, { subject: subject("regulator"), office }))).toBe(
      "access.outside-hours default.hours",
    );
    expect(verdict(audit(sunday, { subject: subject("coordinator"), office }))).toBe("allowed");
  });

  it.each([
    ["court_order", "allowed"],
    ["statutory_demand", "allowed"],
    ["audit_mandate", "access.outside-hours default.hours"],
  ] as const)("are overridden with a reason under a %s: %s", (kind, expected) => {
    const base = audit("2026-11-29T11:00:00Z", { hoursOverride: { reason: "ordered at once" } });
    const authorization = { ...ORDER, kind, validFrom: new Date(0), validUntil: new Date("2100-01-01") };
    const given = { ...base, grant: { ...(base.grant ?? grant()), authorization } };
    expect(verdict(given)).toBe(expected);
    if (expected === "allowed") expect(decideOpening(given)).toMatchObject({ usedHoursOverride: true });
    expect(verdict({ ...given, hoursOverride: { reason: "  " } })).toBe("access.outside-hours default.hours");
  });

  it("a refusal names the next time at which the rules would allow the opening, if there is one", () => {
    const weekend = audit("2026-11-28T11:00:00Z");
    const until = (iso: string) => ({
      ...weekend,
      grant: { ...(weekend.grant ?? grant()), notAfter: new Date(iso) },
    });
    const monday = new Date("2026-11-30T08:00:00Z");
    expect(decideOpening(until("2026-12-31T00:00:00Z"))).toMatchObject({ nextPossibleAt: monday });
    // The grant ends at that very moment: half-open, so no time is left.
    expect(decideOpening(until("2026-11-30T08:00:00Z"))).not.toHaveProperty("nextPossibleAt");
    expect(decideOpening({ ...until("2026-12-31T00:00:00Z"), purpose: "support" })).not.toHaveProperty(
      "nextPossibleAt",
    );
    // A grant that begins while the office is closed: the later of both.
    const later = until("2026-12-31T00:00:00Z");
    const begins = { ...later, grant: { ...later.grant, notBefore: new Date("2026-12-05T10:00:00Z") } };
    expect(decideOpening(begins)).toMatchObject({ nextPossibleAt: new Date("2026-12-07T08:00:00Z") });
    expect(decideOpening(audit("2026-11-25T11:00:00Z"))).not.toHaveProperty("nextPossibleAt");
  });

  it("within office hours an override is not used, even if one is given", () => {
    const given = audit("2026-11-25T11:00:00Z", { hoursOverride: { reason: "unneeded" } });
    expect(decideOpening(given)).toMatchObject({ isAllowed: true, usedHoursOverride: false });
  });
});

describe("fresh proof", () => {
  const session = (multiFactorAt?: Date) =>
    ({
      kind: "session",
      sessionId: "s",
      method: multiFactorAt === undefined ? "password" : "totp",
      provedAt: multiFactorAt ?? NOW,
      ...(multiFactorAt === undefined ? {} : { multiFactorAt }),
    }) as const;
  it.each([
    ["none", undefined, "auth.step-up floor.step-up"],
    ["15 minutes old", at(-15 * 60_000), "allowed"],
    ["a millisecond older", at(-15 * 60_000 - 1), "auth.step-up floor.step-up"],
    ["from the future", at(1), "auth.step-up floor.step-up"],
  ] as const)("of a session, %s: %s", (_what, when, expected) => {
    expect(verdict(facts({ subject: subject("regulator", { proof: session(when) }) }))).toBe(expected);
  });

  it.each([
    ["its second factor where it has one", session(at(-15 * 60_000)), true, "allowed"],
    ["not a password next to a passkey", session(), true, "auth.step-up floor.step-up"],
    ["its password where it has nothing else", session(), false, "allowed"],
    ["a password 15 minutes old", { ...session(), provedAt: at(-15 * 60_000) }, false, "allowed"],
    [
      "no older password",
      { ...session(), provedAt: at(-15 * 60_000 - 1) },
      false,
      "auth.step-up floor.step-up",
    ],
    ["no password from the future", { ...session(), provedAt: at(1) }, false, "auth.step-up floor.step-up"],
  ] as const)("of a party is %s", (_what, proof, hasSecondFactor, expected) => {
    const party = subject("client", { participantId: "client-1", proof, hasSecondFactor });
    expect(verdict(own("client", "settlement", { subject: party }))).toBe(expected);
  });

  it("outside evaluation every opening by grant needs a signed call and a signed statement", () => {
    const strict = { isEvaluation: false } as const;
    const signed = subject("regulator", { proof: { ...key, signed: true } });
    expect(verdict(facts({ ...strict, opening: "signed" }))).toBe(
      "auth.signature-required floor.unsigned-call",
    );
    expect(verdict(facts({ ...strict, subject: signed, opening: "signed" }))).toBe("allowed");
    for (const opening of ["unbound", "evaluation"] as const) {
      expect(verdict(facts({ ...strict, subject: signed, opening }))).toBe(
        "statement.required floor.statement",
      );
    }
  });

  it("the proof is checked last: a person who may not open anyway is not asked for it", () => {
    const given = facts({
      subject: subject("regulator", { proof: session() }),
      grant: grant({ state: "revoked" }),
    });
    expect(verdict(given)).toBe("access.no-grant floor.grant-state");
  });
});
