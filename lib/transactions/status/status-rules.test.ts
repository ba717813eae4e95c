import { describe, expect, it } from "vitest";
import { TransactionStatus } from "@/lib/transactions/schema";
import { nextStatus } from "@/lib/transactions/status/status-rules";

const ALLOWED = new Set([
  "created>processing",
  "processing>completed",
  "processing>failed",
  "completed>settled",
  "created>disputed",
  "processing>disputed",
  "completed>disputed",
  "settled>disputed",
  "failed>disputed",
]);

describe("the status of a transaction", () => {
  it("a transaction takes the steps of the state machine and no other", () => {
    for (const from of TransactionStatus.options.filter((status) => status !== "disputed")) {
      for (const to of TransactionStatus.options) {
        const next = nextStatus({ status: from, statusBeforeDispute: undefined }, to);
        expect(next !== undefined, `${from}>${to}`).toBe(ALLOWED.has(`${from}>${to}`));
      }
    }
  });

  it("a transaction returns from a dispute to its former status only", () => {
    const disputed = nextStatus({ status: "completed", statusBeforeDispute: undefined }, "disputed");
    expect(disputed).toEqual({ status: "disputed", statusBeforeDispute: "completed" });
    if (disputed === undefined) return;
    for (const to of TransactionStatus.options) {
      const back = nextStatus(disputed, to);
      expect(back).toEqual(
        to === "completed" ? { status: "completed", statusBeforeDispute: undefined } : undefined,
      );
    }
  });
});
