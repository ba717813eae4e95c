import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { NewDecision } from "@/lib/access/requests/schema";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import { fixedClock } from "@/lib/clock";
import { type AccessBench, createAccessBench, type Filing } from "@/lib/testing/benches/access-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { getTransparency, listTransparency } from "@/lib/transparency/get-transparency";
import { publishQuarters } from "@/lib/transparency/publish-quarters";
import { boundsOf, quarterOf } from "@/lib/transparency/quarter";

const DAY_MS = 86_400_000;
const QUARTER = quarterOf(new Date());
const { to } = boundsOf(QUARTER);
const NEXT = quarterOf(to);
/** Ends in the next quarter. */
const SEALED = {
  sealed: { basis: "Section 100", until: new Date(to.getTime() + 40 * DAY_MS).toISOString() },
};

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench?.close());

async function granted(filing: Filing = {}): Promise<string> {
  const id = await bench.file(filing);
  await decideRequest(bench.legal, id, bench.approval("legal"));
  return (await decideRequest(bench.approver, id, bench.approval("coordinator"))).grant_id ?? "";
}
async function denied(filing: Filing = {}): Promise<void> {
  const deny = NewDecision.parse({ stage: "legal", decision: "deny", comment: "Not enough." });
  await decideRequest(bench.legal, await bench.file(filing), deny);
}
const times = async (count: number, act: () => Promise<unknown>) => {
  for (let at = 0; at < count; at += 1) await act();
};
const publishAt = (at: Date) => publishQuarters({ ...bench.cx, clock: fixedClock(at) });
const rowOf = async (quarter: string, kind: string) =>
  (await getTransparency(bench.auditor, quarter)).figures.kinds.find((row) => row.kind === kind);

it("figures begin with the instance, so the first quarter does not reveal a first request", async () => {
  const empty = await createUseCaseBench();
  try {
    const due = new Date(to.getTime() + DAY_MS);
    expect(await publishQuarters({ ...empty.cx, clock: fixedClock(due) })).toBe(1);
    expect((await listTransparency(empty.cx)).items).toMatchObject([{ quarter: QUARTER }]);
  } finally {
    await empty.close();
  }
});

describe("figures of a quarter", () => {
  it("figures are computed a day after the quarter's end and never again, with small ones and sealed cases withheld", async () => {
    let grant = "";
    await times(5, async () => {
      grant = await granted();
    });
    await times(6, () => denied());
    await times(2, async () => withdrawRequest(bench.regulator, await bench.file(), "Not needed any more"));
    await times(3, () => denied({ order: { kind: "subpoena" } }));
    await bench.integrate();
    const sealedGrant = await granted({ order: { ...SEALED, kind: "warrant" } });
    await times(4, () => denied({ order: { ...SEALED, kind: "warrant" } }));
    await times(5, () =>
      openTransaction(bench.regulator, bench.transactions[0], {
        purpose: "audit",
        grant_id: grant,
        fields: ["amount"],
      }),
    );
    await openTransaction(bench.regulator, bench.transactions[0], {
      purpose: "audit",
      grant_id: sealedGrant,
      fields: ["amount"],
    });
    expect(await publishAt(new Date(to.getTime() + DAY_MS - 1))).toBe(0);
    expect(await outcomeOf(getTransparency(bench.auditor, QUARTER))).toBe("transparency.not-found");
    const due = new Date(to.getTime() + DAY_MS);
    const both = await Promise.all([publishAt(due), publishAt(due)]);
    expect(both.reduce((sum, one) => sum + one, 0)).toBe(1);
    expect(await rowOf(QUARTER, "court_order")).toEqual({
      kind: "court_order",
      outcomes: {
        granted: { value: 5 },
        narrowed: { from: 0, to: 4 },
        denied: { value: 6 },
        withdrawn: { from: 0, to: 4 },
        lapsed: { from: 0, to: 4 },
      },
      answered: { from: 11, to: 23 },
      overdue: { from: 0 },
      disclosures: { value: 5 },
    });
    const nothing = await rowOf(QUARTER, "epoc");
    // Three denials look like none, and five sealed answers like none.
    for (const kind of ["subpoena", "warrant"])
      expect(await rowOf(QUARTER, kind)).toEqual({ ...nothing, kind });
    const { figures, digest } = await getTransparency(bench.client, QUARTER);
    expect(figures.all.answered).toEqual({ from: 11, to: 23 + 6 * 20 });
    expect(figures.break_glass).toEqual({ from: 0, to: 4 });
    const { items } = await listTransparency(bench.client);
    expect(items).toMatchObject([{ quarter: QUARTER, digest }]);
  });

  it("figures stay the same, whatever happens in their time afterwards", async () => {
    const before = JSON.stringify(await getTransparency(bench.auditor, QUARTER));
    await times(3, () => denied({ order: { kind: "subpoena" } }));
    expect(await publishAt(new Date(to.getTime() + 2 * DAY_MS))).toBe(0);
    expect(JSON.stringify(await getTransparency(bench.auditor, QUARTER))).toBe(before);
    await expect(bench.query("UPDATE transparency_report SET quarter = '2020-Q1'", [])).rejects.toThrow();
    await expect(bench.query("DELETE FROM transparency_report", [])).rejects.toThrow();
  });

  it("sealed acts count in the quarter in which their seal ended, and none counts twice", async () => {
    expect(await publishAt(new Date(boundsOf(NEXT).to.getTime() + DAY_MS))).toBe(1);
    // One granted and four denied under a warrant: only the sum is published, because the rest of it leaves every value
    // possible.
    expect(await rowOf(NEXT, "warrant")).toMatchObject({
      outcomes: { granted: { from: 0, to: 4 }, denied: { from: 0, to: 4 } },
      answered: { value: 5 },
      disclosures: { from: 0 },
    });
    expect(await rowOf(NEXT, "court_order")).toMatchObject({ outcomes: { granted: { from: 0, to: 4 } } });
    const { rows } = await bench.query(
      "SELECT count(*)::int AS n FROM audit_index WHERE action = 'transparency.publish'",
      [],
    );
    expect(rows).toEqual([{ n: 2 }]);
  });
});
