import { describe, expect, it } from "vitest";
import { openQuestions, principalOf, requestQuestion } from "@/lib/access/policy/cedar-request";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { DAY_MS } from "@/lib/access/rules/limits";
import { randomFacts } from "@/lib/testing/contracts/opening-facts";

/** A Sunday, 00:30 in Berlin: still Saturday in UTC. */
const NOW = new Date("2026-11-28T23:30:59.000Z");
const ago = (ms: number): Date => new Date(NOW.getTime() - ms);

function facts(change: Partial<OpeningFacts> = {}): OpeningFacts {
  const { grant: _, ...rest } = randomFacts(1);
  const subject = {
    ...rest.subject,
    role: "auditor",
    duties: ["support", "legal"],
    organisationId: "o",
  } as const;
  const office = { zone: "Europe/Berlin", holidays: ["2026-11-29"] };
  const record = { ...rest.record, createdAt: ago(DAY_MS), retentionClass: "standard" };
  const { holdUntil: _hold, ...free } = record;
  return { ...rest, subject, office, record: free, now: NOW, purpose: "audit", ...change };
}

const ask = (change: Partial<OpeningFacts> = {}) => openQuestions(facts(change))("amount", "masked");

describe("a question to the policies", () => {
  it("names the reader's role, organisation and duties, and no person", () => {
    expect(ask().principal).toEqual({
      role: "auditor",
      organisation: "o",
      duties: ["legal", "support"],
      isSupport: true,
    });
    expect(JSON.stringify(ask())).not.toMatch(/"me"|"tx"|"mine"/);
    expect(requestQuestion(facts().subject, "audit", "full")).toEqual({
      action: "request",
      principal: principalOf(facts().subject),
      context: { purpose: "audit", level: "full" },
    });
  });

  it("has clock and calendar of the organisation's zone", () => {
    expect(ask().context).toMatchObject({
      day: 20_261_129,
      office: { setsHours: false, isOpen: false, weekday: 7, minute: 30, isHoliday: true },
    });
    const utc = ask({ office: { zone: "UTC", holidays: ["2026-11-29"] } });
    expect(utc.context.office).toMatchObject({ weekday: 6, minute: 1_410, isHoliday: false });
    const hours = { "6": ["23:00", "24:00"] } as const;
    const own = ask({ office: { zone: "UTC", weeklyHours: hours, holidays: [] } });
    expect(own.context.office).toMatchObject({ setsHours: true, isOpen: true });
  });

  it("takes an unknown zone for a closed holiday", () => {
    expect(ask({ office: { zone: "Nowhere/Here", holidays: [] } }).context.office).toEqual({
      setsHours: false,
      isOpen: false,
      weekday: 7,
      minute: 0,
      isHoliday: true,
    });
  });

  it.each([
    [DAY_MS - 1, 0],
    [DAY_MS, 1],
    [365 * DAY_MS + DAY_MS - 1, 365],
    [366 * DAY_MS, 366],
    [-1, -1],
  ])("a record made %i ms ago is %i days old", (ms, days) => {
    expect(ask({ record: { ...facts().record, createdAt: ago(ms) } }).resource.ageDays).toBe(days);
  });

  it("a record is kept by its class, or by a hold until its end", () => {
    const { record } = facts();
    const isKept = (change: Partial<OpeningFacts["record"]>) =>
      ask({ record: { ...record, ...change } }).resource.isKept;
    expect(isKept({})).toBe(false);
    expect(isKept({ retentionClass: "extended" })).toBe(true);
    expect(isKept({ holdUntil: new Date(NOW.getTime() + 1) })).toBe(true);
    expect(isKept({ holdUntil: NOW })).toBe(false);
  });

  it("counts the minutes since the last factor, and takes a proof from the future for none", () => {
    const minutes = (provedAt: Date, multiFactorAt?: Date) => {
      const proof = { kind: "session", sessionId: "", method: "totp", provedAt } as const;
      const session = multiFactorAt === undefined ? proof : { ...proof, multiFactorAt };
      return ask({ subject: { ...facts().subject, proof: session } }).context.factorMinutes;
    };
    expect(minutes(ago(90_000))).toBe(1);
    expect(minutes(ago(0), ago(15 * 60_000))).toBe(15);
    expect(minutes(ago(-1))).toBe(10_000_000);
    expect(minutes(new Date(0))).toBe(10_000_000);
    const program = { kind: "api-key", keyId: "", prefix: "", signed: true } as const;
    expect(ask({ subject: { ...facts().subject, proof: program } }).context.factorMinutes).toBe(0);
  });

  it("has a grant by what it rests on, with its different approvers and used views", () => {
    const grant = Array.from({ length: 50 }, (_, at) => randomFacts(at + 1).grant).find(
      (one) => one?.authorization !== undefined,
    );
    if (grant === undefined) throw new TypeError("no grant");
    const approvals = ["a", "a", "b"].map((approverUserId) => ({
      approverUserId,
      approverOrganisationId: "o",
    }));
    const given = { ...grant, approvals, viewsUsed: 3, level: "full" as const };
    const { grant: asked, authority } = ask({ grant: given }).context;
    expect(asked).toEqual({ kind: "request", level: "full", approvals: 2, viewsUsed: 3 });
    expect(authority).toEqual({ kind: grant.authorization?.kind, state: grant.authorization?.state });
    const dispute = { id: "", isLive: true, takenBy: "", partyOrganisations: [] };
    expect(ask({ grant: { ...given, dispute } }).context.grant?.kind).toBe("dispute");
    const breakGlass = { id: "", partyOrganisations: [] };
    expect(ask({ grant: { ...given, breakGlass } }).context.grant?.kind).toBe("emergency");
    expect(ask().context).not.toHaveProperty("grant");
    expect(ask().context).not.toHaveProperty("authority");
  });

  it("has an override only with a reason", () => {
    expect(ask({ hoursOverride: { reason: " " } }).context.hasOverride).toBe(false);
    expect(ask({ hoursOverride: { reason: "ordered" } }).context.hasOverride).toBe(true);
  });
});
