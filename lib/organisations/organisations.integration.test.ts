import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { authorizeOpening } from "@/lib/access/rules/authorize-opening";
import type { GrantFacts } from "@/lib/access/rules/facts";
import { loadReader } from "@/lib/access/rules/reader";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { getAgencyRecord, setAgencyRecordIn } from "@/lib/organisations/agency/agency-record";
import { publicHolidays } from "@/lib/organisations/holidays";
import { listOrganisations } from "@/lib/organisations/list-organisations";
import { etagOfHours, getHours } from "@/lib/organisations/read-office-hours";
import { OfficeHoursBody } from "@/lib/organisations/schema";
import { setHours } from "@/lib/organisations/set-hours";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  createRequestBench,
  IDENTITY,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { TEST_CONTACT } from "@/lib/testing/benches/use-case-bench";

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench.close());

describe("organisations", () => {
  const BODY = {
    zone: "Europe/Berlin",
    weekly_hours: { "1": ["08:00", "18:00"], "2": ["08:00", "18:00"], "5": ["22:00", "02:00"] },
    holiday_region: { country: "DE", state: "BE" },
    closed_dates: ["2026-12-28"],
    open_dates: ["2026-12-26"],
  };
  /** A Saturday. */
  const NOW = new Date("2026-11-28T11:00:00Z");

  let admin: BenchPerson;
  beforeAll(async () => {
    admin = await bench.person({ role: "admin", duties: ["admin"], hasKey: false, organisation: "operator" });
  });

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
        expect(await outcomeOf(write({ zone: "Europe/Paris" }, stale))).toBe("request.outdated");
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
      expect(items.find(({ id }) => id === organisationId)).toMatchObject({
        has_hours: true,
        zone: BODY.zone,
      });
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
        await set(who.principal.organisationId, {
          weekly_hours: null,
          holiday_region: null,
          closed_dates: [],
        });
      await expect(open(bench.regulator, NOW, "court_order")).resolves.toBeDefined();
      expect((await refusalOf(open(bench.auditor, NOW, "court_order"))).extra).toMatchObject({
        next_possible_at: "2026-11-30T08:00:00.000Z",
      });
    });

    it("hours of an unknown organisation are not found, and those of an unknown region are refused", async () => {
      expect((await refusalOf(set(uuidv7(1)))).code).toBe("organisation.not-found");
      expect((await refusalOf(getHours(admin, uuidv7(1)))).code).toBe("organisation.not-found");
      for (const region of [
        { country: "XX" },
        { country: "DE", state: "XX" },
        { country: "DE", region: "A" },
      ])
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
});

describe("the second person of an agency's change", () => {
  let bench: RequestBench;
  beforeAll(async () => {
    bench = await createRequestBench();
  });
  afterAll(() => bench?.close());

  const NUMBER = "+49 30 1234567";
  const administrator = () =>
    bench.person({ role: "coordinator", duties: ["admin", "legal"], hasKey: false });
  const emailOf = (who: RequestPerson) => `${who.principal.handle}@test.example`;

  /** Sets the mailbox of an account, as an import of people would. */
  async function give(who: RequestPerson, email: string): Promise<void> {
    await queryOwner(bench, "ALTER TABLE app_user DISABLE TRIGGER USER");
    await queryOwner(bench, "UPDATE app_user SET email = $2 WHERE id = $1", [who.principal.userId, email]);
    await queryOwner(bench, "ALTER TABLE app_user ENABLE TRIGGER USER");
  }

  /** Sets the numbers of the officer's agency; its domains stay. */
  async function set(
    who: RequestPerson,
    contacts: readonly string[],
    more: readonly string[] = [],
  ): Promise<void> {
    const { organisationId } = bench.regulator.principal;
    const { email_domains: domains } = await getAgencyRecord(who, organisationId);
    const body = {
      email_domains: [...new Set([...domains, ...more])],
      contacts: contacts.map((number) => ({ number, source: "the agency's own site" })),
    };
    const by = who.principal.userId;
    await inTransaction(who, (tx) => setAgencyRecordIn(tx, who, { id: organisationId, body, by }));
  }
  const call = async (who: RequestPerson, called_number: string = NUMBER) =>
    outcomeOf(checkIdentity(who, await submittedRequest(bench), { ...IDENTITY, called_number }));

  describe("separation of an agency's record from the check (ADR 0037: no one calls back their own number)", () => {
    it("a person who has set the number cannot call it back, and another person can", async () => {
      const [one, other] = [await administrator(), await administrator()];
      await set(one, [TEST_CONTACT, NUMBER]);
      const own = checkIdentity(one, await submittedRequest(bench), { ...IDENTITY, called_number: NUMBER });
      expect(await refusalOf(own)).toMatchObject({
        code: "request.invalid",
        errors: [
          {
            pointer: "/called_number",
            detail: "was recorded by you, so another person must make the callback",
          },
        ],
      });
      expect(await call(other)).toBe("done");
      // Saving the record does not make an existing number their own.
      expect(await call(one, TEST_CONTACT)).toBe("done");
    });

    it("the setter cannot call back even after another person saved the record with the same number", async () => {
      const [one, other] = [await administrator(), await administrator()];
      await set(other, [TEST_CONTACT]);
      await set(one, [TEST_CONTACT, NUMBER]);
      await set(other, [NUMBER, TEST_CONTACT], ["more.example"]);
      expect(await call(one)).toBe("request.invalid");
      expect(await call(other)).toBe("done");
      await set(other, [TEST_CONTACT]);
      await set(other, [TEST_CONTACT, NUMBER]);
      expect([await call(one), await call(other)]).toEqual(["done", "request.invalid"]);
    });

    it("another account of the same human cannot call back", async () => {
      const [one, alias] = [await administrator(), await administrator()];
      await set(one, [TEST_CONTACT]);
      await set(one, [TEST_CONTACT, NUMBER]);
      await give(alias, emailOf(one).replace("@", "+two@"));
      expect(await call(alias)).toBe("request.invalid");
      await give(alias, emailOf(alias));
      expect(await call(alias)).toBe("done");
    });
  });
});
