import { describe, expect, it } from "vitest";
import { type BlindFacts, readsBlind } from "./blind";

const LEGAL = { userId: "me", role: "coordinator", duties: ["legal"] } as const;
const WAITING: BlindFacts = {
  state: "stage_1",
  isSent: true,
  requesterUserId: "officer",
  isSigned: false,
  hasRead: false,
};

describe("blind reading", () => {
  it("withholds the facts from each person who could decide, until they have read", () => {
    for (const duty of ["legal", "approve"] as const)
      expect(readsBlind({ ...LEGAL, duties: [duty] }, WAITING)).toBe(true);
    expect(readsBlind(LEGAL, { ...WAITING, hasRead: true })).toBe(false);
  });

  it("withholds nothing from the requester and from people who decide nothing", () => {
    expect(readsBlind({ ...LEGAL, userId: "officer" }, WAITING)).toBe(false);
    expect(readsBlind({ ...LEGAL, duties: ["compliance", "executive"] }, WAITING)).toBe(false);
    expect(readsBlind({ ...LEGAL, role: "regulator" }, WAITING)).toBe(false);
  });

  it("withholds nothing of an order under a registered key, and nothing after the decision", () => {
    expect(readsBlind(LEGAL, { ...WAITING, isSigned: true })).toBe(false);
    for (const state of ["active", "denied", "withdrawn"] as const)
      expect(readsBlind(LEGAL, { ...WAITING, state })).toBe(false);
    for (const state of ["stage_2", "overdue", "needs_information"] as const)
      expect(readsBlind(LEGAL, { ...WAITING, state })).toBe(true);
  });
});
