import { describe, expect, it } from "vitest";
import type { Need } from "@/lib/home/schema";
import { byUrgency } from "./urgency";

const NOW = Date.parse("2026-12-01T12:00:00Z");
const HOUR = 3_600_000;
const at = (hours: number) => new Date(NOW + hours * HOUR).toISOString();

function need(kind: Need["kind"], { due, since = -1 }: { due?: number; since?: number } = {}): Need {
  return {
    ...{ kind, subject: { kind: "request", id: `${kind} ${due ?? since}` }, reference: "" },
    ...{ at: at(since), is_late: due !== undefined && due <= 0, facts: {} },
    ...(due === undefined ? {} : { due_at: at(due) }),
  };
}
const order = (...needs: readonly Need[]) => byUrgency(needs, NOW).map(({ subject }) => subject.id);

describe("the order of tasks", () => {
  it("puts what presses now above what is due in more than four hours, whatever their kinds", () => {
    expect(
      order(
        need("access_review", { due: 13 * 24 }),
        need("roster", { due: 40 }),
        need("backup"),
        need("agreement", { due: 20 }),
        need("decide", { due: -2 }),
        need("access_ends", { due: 3 }),
      ),
    ).toEqual(["decide -2", "access_ends 3", "backup -1", "agreement 20", "roster 40", "access_review 312"]);
  });

  it("decides between equals by kind, then by the longest wait", () => {
    expect(order(need("dispute"), need("backup"), need("dispute", { since: -9 }))).toEqual([
      "backup -1",
      "dispute -9",
      "dispute -1",
    ]);
  });

  it("puts last a draft, and what another person is late with", () => {
    expect(
      order(need("draft"), need("answer_overdue", { due: -9 }), need("access_new", { due: 99 })),
    ).toEqual(["access_new 99", "answer_overdue -9", "draft -1"]);
  });
});
