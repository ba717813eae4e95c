import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authorizeOpening } from "@/lib/access/rules/authorize-opening";
import type { GrantFacts } from "@/lib/access/rules/facts";
import { loadReader } from "@/lib/access/rules/reader";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { publicHolidays } from "@/lib/organisations/holidays";
import { listOrganisations } from "@/lib/organisations/list-organisations";
import { etagOfHours, getHours } from "@/lib/organisations/read-office-hours";
import { OfficeHoursBody } from "@/lib/organisations/schema";
import { setHours } from "@/lib/organisations/set-hours";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";

const BODY = {
  zone: "Europe/Berlin",
  weekly_hours: { "1": ["08:00", "18:00"], "2": ["08:00", "18:00"], "5": ["22:00", "02:00"] },
  holiday_region: { country: "DE", state: "BE" },
  closed_dates: ["2026-12-28"],
  open_dates: ["2026-12-26"],
};
/** A Saturday. */
const NOW = new Date("2026-11-28T11:00:00Z");

let bench: AccessBench;
let admin: BenchPerson;
beforeAll(async () => {
  bench = await createAccessBench();
  admin = await bench.person({ role: "admin", duties: ["admin"], hasKey: false, organisation: "operator" });
});
afterAll(() => bench?.close());

const at = (who: BenchPerson, now: Date) => ({ ...who, clock: fixedClock(now) });
const set = (organisation: string, body: object = {}) =>
  setHours(at(admin, NOW), organisation, OfficeHoursBody.parse({ ...BODY, ...body }));

/** Opens a record that the officer's grant names. */
async function open(who: BenchPerson, now: Date, kind: "court_order" | "audit_mandate", override?: string) {
  const { userId, organisationId } = who.principal;
  const span = { notBefore: new Date("2026-11-01T00:00:00Z"), notAfter: new Date("2027-11-01T00:00:00Z") };
  const approver = (name: string) => ({ approverUserId: name, approverOrganisationId: name });
  const grant: GrantFacts = {
    id: uuidv7(1),
    subjectUserId: userId,
    requesterOrganisationId: organisationId,
    transactions: ["t"],
    groups: ["amount"],
    level: "full",
    purpose: "audit",
    ...span,
    maxViews: 5,
    viewsUsed: 0,
    state: "active",
    assurance: "",
    authorization: {
      id: uuidv7(1),
      kind,
      state: "active",
      validFrom: span.notBefore,
      validUntil: span.notAfter,
    },
    approvals: [approver("first"), approver("second")],
  };
  const record = {
    transactionId: "t",
    participants: ["p"],
    submitter: "p",
    createdAt: new Date("2026-10-01T00:00:00Z"),
    groups: ["amount" as const],
    retentionClass: "standard",
  };
  const request = {
    record,
    purpose: "audit",
    grant,
    opening: "evaluation" as const,
    ...(override === undefined ? {} : { hoursOverride: { reason: override } }),
  };
  return authorizeOpening(at(who, now), request, await loadReader(who));
}

describe("an organisation's hours", () => {
  it("hours are not overwritten by a person who read them before another changed them", async () => {
    const id = bench.auditor.principal.organisationId;
    const read = etagOfHours(await set(id));
    const write = (body: object, ifMatch?: string) =>
      setHours(at(admin, NOW), id, OfficeHoursBody.parse({ ...BODY, ...body }), ifMatch);
    const changed = etagOfHours(await write({ zone: "Europe/Rome" }, read));
    expect(changed).not.toBe(read);
    expect(etagOfHours(await getHours(at(admin, NOW), id))).toBe(changed);
    for (const stale of [read, `W/${changed}`, '"1"', ""])
      expect(await outcomeOf(write({ zone: "Europe/Paris" }, stale))).toBe("request.conflict");
    expect((await getHours(at(admin, NOW), id)).zone).toBe("Europe/Rome");
    for (const known of [changed, "*"]) await write({ zone: "Europe/Rome" }, known);
    await write({ zone: "Europe/Paris" });
  });

  it("hours are set, read again as they were set, and show when they next open", async () => {
    const { organisationId } = bench.regulator.principal;
    const answer = await set(organisationId);
    expect(answer).toMatchObject({
      ...BODY,
      is_open: false,
      next_opening_at: "2026-11-30T07:00:00.000Z",
      holidays_until: "2031-12-31",
    });
    expect(answer.holidays).toContain("2026-12-25");
    expect(answer.holidays).toContain("2026-12-28");
    expect(answer.holidays).not.toContain("2026-12-26");
    const { receipt: _, ...hours } = answer;
    expect(await getHours(at(admin, NOW), organisationId)).toEqual(hours);
    // The page asks for an agency's record only if one exists, so the log has no refusal otherwise.
    expect(hours.is_agency).toBe(true);
    const { items } = await listOrganisations(admin, { limit: 200 });
    expect(items.find(({ id }) => id === organisationId)).toMatchObject({ has_hours: true, zone: BODY.zone });
  });

  it("hours bind the organisation's officers at the next decision, and the refusal shows when it would be allowed", async () => {
    await set(bench.regulator.principal.organisationId);
    const refused = await refusalOf(open(bench.regulator, NOW, "court_order"));
    expect(refused.code).toBe("access.outside-hours");
    expect(refused.extra).toEqual({
      audience: "regulator",
      reason: "default.hours",
      reasons: ["default.hours"],
      next_possible_at: "2026-11-30T07:00:00.000Z",
    });
    await expect(
      open(bench.regulator, new Date("2026-11-30T07:00:00Z"), "court_order"),
    ).resolves.toBeDefined();
    // Friday's hours continue over midnight.
    await expect(
      open(bench.regulator, new Date("2026-11-28T00:59:59Z"), "court_order"),
    ).resolves.toBeDefined();
    expect(
      (await refusalOf(open(bench.regulator, new Date("2026-11-28T01:00:00Z"), "court_order"))).code,
    ).toBe("access.outside-hours");
  });

  it("an order with a reason can override the hours, and an audit mandate cannot", async () => {
    await set(bench.regulator.principal.organisationId);
    expect(await open(bench.regulator, NOW, "court_order", "Ordered at once")).toMatchObject({
      usedHoursOverride: true,
    });
    const mandate = await refusalOf(open(bench.regulator, NOW, "audit_mandate", "Ordered at once"));
    expect(mandate.extra).toMatchObject({ next_possible_at: "2026-11-30T07:00:00.000Z" });
  });

  it("removed hours no longer bind a regulator, and an auditor's are office hours again", async () => {
    for (const who of [bench.regulator, bench.auditor])
      await set(who.principal.organisationId, { weekly_hours: null, holiday_region: null, closed_dates: [] });
    await expect(open(bench.regulator, NOW, "court_order")).resolves.toBeDefined();
    expect((await refusalOf(open(bench.auditor, NOW, "court_order"))).extra).toMatchObject({
      next_possible_at: "2026-11-30T08:00:00.000Z",
    });
  });

  it("hours of an unknown organisation are not found, and those of an unknown region are refused", async () => {
    expect((await refusalOf(set(uuidv7(1)))).code).toBe("organisation.not-found");
    expect((await refusalOf(getHours(admin, uuidv7(1)))).code).toBe("organisation.not-found");
    for (const region of [{ country: "XX" }, { country: "DE", state: "XX" }, { country: "DE", region: "A" }])
      expect(
        (await refusalOf(set(bench.regulator.principal.organisationId, { holiday_region: region }))).code,
      ).toBe("request.invalid");
  });
});

it("bodies contain hours, dates and zones that exist", () => {
  const isGood = (more: object) => OfficeHoursBody.safeParse({ ...BODY, ...more }).success;
  expect(isGood({})).toBe(true);
  expect(isGood({ weekly_hours: { "7": ["00:00", "24:00"] } })).toBe(true);
  for (const more of [
    { zone: "Mars/Base" },
    { weekly_hours: { "8": ["08:00", "18:00"] } },
    { weekly_hours: { "1": ["08:00", "08:00"] } },
    { weekly_hours: { "1": ["24:00", "08:00"] } },
    { weekly_hours: { "1": ["8:00", "18:00"] } },
    { closed_dates: ["2026-02-30"] },
    { open_dates: ["26-02-03"] },
    { holiday_region: { country: "de" } },
    { more: 1 },
  ])
    expect(isGood(more), JSON.stringify(more)).toBe(false);
});

it("public holidays are those of the region, over six years, with each day of a longer one", async () => {
  const { dates, until } = await publicHolidays({ country: "DE", state: "BE" }, NOW);
  // Berlin alone: International Women's Day. Easter Monday moves.
  for (const date of ["2026-03-08", "2026-04-06", "2026-10-03", "2027-03-29", "2031-12-26"])
    expect(dates).toContain(date);
  expect(dates).not.toContain("2026-01-06");
  expect(until).toBe("2031-12-31");
  expect((await publicHolidays({ country: "CN" }, NOW)).dates.length).toBeGreaterThan(40);
});
