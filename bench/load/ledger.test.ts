import { describe, expect, it } from "vitest";
import type { Answer, Caller } from "@/e2e/support/api";
import { Ledger } from "./ledger";

const answer = (status: number, json: Record<string, unknown>): Answer => ({
  ...{ status, json, text: JSON.stringify(json), headers: new Headers() },
});
const accepted = (id: string) => answer(201, { transaction_id: id, receipt: { leaf_hash: `leaf of ${id}` } });

/** An instance that has these transactions by job, and these leaves in this order. */
function instance(
  rows: readonly (readonly [job: string, id: string])[],
  leaves: readonly string[],
  from = 0,
) {
  const items = rows.map(([job_id, transaction_id]) => ({ job_id, transaction_id }));
  const lines = leaves.map((leaf, at) => JSON.stringify({ leaf, seq: from + at }));
  const who: Caller = {
    get: async (url) =>
      url.includes("cursor")
        ? answer(200, { items: items.slice(1), next_cursor: null })
        : answer(200, { items: items.slice(0, 1), next_cursor: "next" }),
    post: async () => answer(500, {}),
    send: async () => answer(500, {}),
    bytes: async () => ({ status: 200, headers: new Headers(), bytes: Buffer.from(lines.join("\n")) }),
  };
  return { submitter: who, reader: who };
}

function twoAccepted() {
  const ledger = new Ledger();
  const [first, second, unknown] = [ledger.newJob(), ledger.newJob(), ledger.newJob()];
  ledger.submitted(first, accepted("a"));
  ledger.submitted(second, accepted("b"));
  ledger.submitted(unknown, undefined);
  return { ledger, first, second, unknown };
}
const LEAVES = ["leaf of a", "leaf of b"];

describe("the balance of a load", () => {
  it("has no fault if every answered call is stored once, and an unanswered call at most once", async () => {
    const { ledger, first, second, unknown } = twoAccepted();
    const rows = [
      [first, "a"],
      [second, "b"],
      [unknown, "c"],
    ] as const;
    expect(await ledger.settle(instance(rows, LEAVES))).toEqual({
      ...{ accepted: 2, lost: 0, doubled: 0, gaps: 0, entries: 2 },
    });
  });

  it("counts a lost transaction, a call that was carried out twice, an entry that is stored twice, and a gap", async () => {
    const { ledger, first, second, unknown } = twoAccepted();
    const rows = [
      [first, "another"],
      [second, "b"],
      [unknown, "c"],
      [unknown, "d"],
    ] as const;
    const found = await ledger.settle(instance(rows, [...LEAVES, "leaf of b"], 1));
    expect(found).toMatchObject({ lost: 1, doubled: 2, gaps: 3 });
  });
});
