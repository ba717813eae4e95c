import { describe, expect, it } from "vitest";
import { datesFrom, dueStep, latestExtension, pausedBy, type Standing } from "@/lib/access/deadlines/due";
import { RequestState } from "@/lib/access/requests/schema";
import { isTransition } from "@/lib/access/rules/transitions";
import { InstrumentKind } from "@/lib/vocabulary";

const DAY = 86_400_000;
const START = new Date("2026-03-02T10:00:00Z");
const on = (days: number, ms = 0): Date => new Date(START.getTime() + days * DAY + ms);

function standing(more: Partial<Standing> = {}): Standing {
  return {
    state: "stage_1",
    dueAt: on(10),
    responseDueAt: on(14),
    escalatedTo: undefined,
    escalatedAt: undefined,
    reminders: 2,
    updatedAt: START,
    grant: undefined,
    rest: undefined,
    ...more,
  };
}

const daysOf = (review_days: number) => ({ settings: { review_days } });
const DAYS = daysOf(10);

describe("dates of a request", () => {
  it("dates follow the instrument: reviewers decide before the answer is due, and an EPOC is answered in ten days", () => {
    for (const kind of InstrumentKind.options) {
      const { dueAt, responseDueAt } = datesFrom(kind, START, DAYS);
      expect(responseDueAt === undefined ? 0 : responseDueAt.getTime() - dueAt.getTime()).toBeGreaterThan(0);
    }
    expect(datesFrom("epoc", START, DAYS).responseDueAt).toEqual(on(10));
    expect(datesFrom("audit_mandate", START, DAYS).responseDueAt).toEqual(on(30));
    expect(datesFrom("court_order", START, DAYS)).toEqual({ dueAt: on(10), responseDueAt: on(14) });
  });

  it("a request without an order has no deadline", () => {
    expect(datesFrom(undefined, START, DAYS)).toEqual({ dueAt: on(10), responseDueAt: undefined });
  });

  it("dates move by the time that the clock was paused, never back, and an EPOC is not extended", () => {
    expect(datesFrom("epoc", START, daysOf(5)).dueAt).toEqual(on(5));
    expect(datesFrom("court_order", START, daysOf(20)).dueAt).toEqual(on(14));
    const dates = datesFrom("warrant", START, DAYS);
    expect(pausedBy(dates, 2 * DAY)).toEqual({ dueAt: on(12), responseDueAt: on(16) });
    expect(pausedBy(dates, -DAY)).toEqual({ dueAt: on(10), responseDueAt: on(14) });
    expect(pausedBy({ dueAt: on(1) }, DAY)).toEqual({ dueAt: on(2) });
    expect(latestExtension("epoc", on(10))).toBeUndefined();
    expect(latestExtension("subpoena", on(14))).toEqual(on(44));
  });
});

describe("what is due", () => {
  it.each(["stage_1", "stage_2", "extended", "objected"] as const)(
    "%s becomes overdue at the instant its answer is due, and not a millisecond before",
    (state) => {
      expect(dueStep(standing({ state }), on(14, -1))).toBeUndefined();
      expect(dueStep(standing({ state }), on(14))).toEqual({ move: "overdue", to: "overdue" });
    },
  );

  it("a request that must be answered never lapses; staff's own does, at its review date", () => {
    for (const state of RequestState.options)
      for (const days of [0, 10, 14, 17, 400])
        expect(dueStep(standing({ state }), on(days))).not.toMatchObject({ move: "lapse" });
    const own = standing({ responseDueAt: undefined });
    expect(dueStep(own, on(10, -1))).toBeUndefined();
    expect(dueStep(own, on(10))).toEqual({ move: "lapse", to: "expired_unreviewed" });
    expect(dueStep(standing({ state: "stage_2", responseDueAt: undefined }), on(10))).toMatchObject({
      move: "lapse",
    });
  });

  it("a request with an open question is never due, however late", () => {
    expect(dueStep(standing({ state: "needs_information", reminders: 0 }), on(400))).toBeUndefined();
  });

  it("reviewers are reminded two days before their date and at it, once each, also when the job did not run for days", () => {
    const at = (reminders: number, days: number, ms = 0) => dueStep(standing({ reminders }), on(days, ms));
    expect(at(0, 8, -1)).toBeUndefined();
    expect(at(0, 8)).toEqual({ note: "remind", count: 1 });
    expect(at(1, 9)).toBeUndefined();
    expect(at(1, 10)).toEqual({ note: "remind", count: 2 });
    expect(at(0, 11)).toEqual({ note: "remind", count: 2 });
    expect(at(2, 13)).toBeUndefined();
  });

  it("an overdue request goes to the executive once, three days after it went to the head of compliance", () => {
    const overdue = standing({ state: "overdue", escalatedTo: "compliance", escalatedAt: on(14) });
    expect(dueStep(overdue, on(17, -1))).toBeUndefined();
    expect(dueStep(overdue, on(17))).toEqual({ note: "escalate" });
    expect(dueStep({ ...overdue, escalatedTo: "executive" }, on(40))).toBeUndefined();
  });

  it("access ends with its grant: by the clock or when every view was used, and the clock comes first", () => {
    const grant = { notAfter: on(5), isUsedUp: false };
    const used = { notAfter: on(5), isUsedUp: true };
    for (const state of ["active", "partial"] as const) {
      expect(dueStep(standing({ state, grant }), on(5, -1))).toBeUndefined();
      expect(dueStep(standing({ state, grant }), on(5))).toEqual({ move: "expire", to: "expired" });
      expect(dueStep(standing({ state, grant: used }), on(1))).toEqual({
        move: "exhaust",
        to: "exhausted",
      });
      expect(dueStep(standing({ state, grant: used }), on(5))).toMatchObject({ move: "expire" });
    }
    expect(dueStep(standing({ state: "approved", grant }), on(5))).toMatchObject({ move: "expire" });
    expect(dueStep(standing({ state: "approved" }), on(500))).toBeUndefined();
  });

  it("a partial answer is complete when its rest has been answered, and not before", () => {
    const grant = { notAfter: on(90), isUsedUp: false };
    const at = (rest: RequestState) => dueStep(standing({ state: "partial", grant, rest }), on(20));
    for (const rest of ["stage_1", "overdue", "extended", "objected", "needs_information"] as const)
      expect(at(rest)).toBeUndefined();
    for (const rest of ["denied", "active", "withdrawn", "closed"] as const)
      expect(at(rest)).toEqual({ move: "resume", to: "active" });
  });

  it("an ended request is closed after thirty days", () => {
    for (const state of ["expired", "revoked", "exhausted", "denied"] as const) {
      expect(dueStep(standing({ state }), on(30, -1))).toBeUndefined();
      expect(dueStep(standing({ state }), on(30))).toEqual({ move: "close", to: "closed" });
    }
    for (const state of ["withdrawn", "closed", "expired_unreviewed", "draft"] as const)
      expect(dueStep(standing({ state }), on(500))).toBeUndefined();
  });

  it("the clock makes no move that the table does not have", () => {
    const grant = { notAfter: on(3), isUsedUp: true };
    for (const state of RequestState.options)
      for (const responseDueAt of [undefined, on(14)])
        for (const days of [0, 4, 8, 10, 14, 17, 60]) {
          const step = dueStep(
            standing({ state, responseDueAt, reminders: 0, grant, rest: "denied" }),
            on(days),
          );
          if (step !== undefined && "move" in step)
            expect(isTransition(state, step.to, step.move)).toBe(true);
        }
  });
});
