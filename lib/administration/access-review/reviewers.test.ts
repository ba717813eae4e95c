import { describe, expect, it } from "vitest";
import {
  type Candidate,
  dutiesToPause,
  mayReview,
  reviewersOf,
} from "@/lib/administration/access-review/reviewers";

const candidate = (userId: string, more: Partial<Candidate> = {}): Candidate => ({
  ...{ userId, name: userId, organisationId: "operator", isNamed: false },
  ...{ isCompliance: false, isAdministrator: false, accounts: [userId] },
  ...more,
});
const anke = candidate("anke", { isCompliance: true });
const paul = candidate("paul", { isCompliance: true });
const greta = candidate("greta", { isAdministrator: true });
const clara = candidate("clara", { isNamed: true, organisationId: "agency" });
const idsOf = (row: { ownerId: string; organisationId: string }, who: readonly Candidate[]) =>
  reviewersOf(row, who).map(({ userId }) => userId);

describe("reviewers of a row", () => {
  it("are the one that the organisation names, and the operator's compliance where it names none", () => {
    const all = [anke, greta, clara];
    expect(idsOf({ ownerId: "tomas", organisationId: "agency" }, all)).toEqual(["clara"]);
    expect(idsOf({ ownerId: "owen", organisationId: "company" }, all)).toEqual(["anke"]);
    expect(idsOf({ ownerId: "tomas", organisationId: "agency" }, [anke, greta])).toEqual(["anke"]);
  });

  it("never include the person concerned: the next ones decide on a reviewer", () => {
    expect(idsOf({ ownerId: "clara", organisationId: "agency" }, [anke, greta, clara])).toEqual(["anke"]);
    expect(idsOf({ ownerId: "anke", organisationId: "operator" }, [anke, paul, greta])).toEqual(["paul"]);
    expect(idsOf({ ownerId: "anke", organisationId: "operator" }, [anke, greta])).toEqual(["greta"]);
    expect(idsOf({ ownerId: "anke", organisationId: "operator" }, [anke])).toEqual([]);
  });

  it("do not include another account of the person concerned", () => {
    const two = candidate("anke-2", { isCompliance: true, accounts: ["anke-2", "anke"] });
    expect(mayReview({ ownerId: "anke", organisationId: "operator" }, "anke-2", [two, greta])).toBe(false);
    expect(mayReview({ ownerId: "jonas", organisationId: "operator" }, "anke-2", [two, greta])).toBe(true);
  });
});

describe("duties without a decision", () => {
  const holding = (userId: string, ...duties: string[]) => ({ userId, duties });

  it("pause in order of the review, and the last two holders of a duty keep it", () => {
    const undecided = [holding("a", "legal"), holding("b", "legal"), holding("c", "legal", "approve")];
    const paused = dutiesToPause(
      undecided,
      new Map([
        ["legal", 4],
        ["approve", 2],
      ]),
    );
    expect([...paused]).toEqual([
      ["a", ["legal"]],
      ["b", ["legal"]],
      ["c", []],
    ]);
  });

  it("all stay where a duty has one or two holders", () => {
    for (const count of [0, 1, 2])
      expect(dutiesToPause([holding("a", "legal")], new Map([["legal", count]])).get("a")).toEqual([]);
  });
});
