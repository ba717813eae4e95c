import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundsOf, closedQuarters, quarterOf } from "@/lib/transparency/quarter";
import {
  boundsOfSum,
  type Counted,
  type Figure,
  OUTCOMES,
  SMALLEST,
  showRow,
  showSums,
} from "@/lib/transparency/suppress";

type Cells = readonly [number, number, number, number, number];

function counted(cells: Cells, overdue = 0, disclosures = 0): Counted {
  const [granted, narrowed, denied, withdrawn, lapsed] = cells;
  return { outcomes: { granted, narrowed, denied, withdrawn, lapsed }, overdue, disclosures };
}

/** Returns, for each publication, all tables that lead to it. An observer who knows the rules can conclude no more. */
function worlds<T>(all: Iterable<T>, published: (one: T) => string): Map<string, T[]> {
  const classes = new Map<string, T[]>();
  for (const one of all) {
    const key = published(one);
    classes.set(key, [...(classes.get(key) ?? []), one]);
  }
  return classes;
}

const upTo = (most: number): number[] => Array.from({ length: most + 1 }, (_, value) => value);

function* rows(most: number): Generator<Cells> {
  const values = upTo(most);
  for (const a of values)
    for (const b of values)
      for (const c of values) for (const d of values) for (const e of values) yield [a, b, c, d, e];
}

const hiddenAt = (figures: readonly Figure[]): number[] =>
  figures.flatMap(({ value }, at) => (value === undefined ? [at] : []));

describe("an observer who knows every published figure and the rules", () => {
  it("an observer finds that each withheld figure of a row can be anything from 0 to 4", () => {
    const classes = worlds(rows(6), (cells) => JSON.stringify(showRow(counted(cells))));
    expect(classes.size).toBeGreaterThan(200);
    for (const [published, tables] of classes) {
      const seen = showRow(counted(tables[0] ?? [0, 0, 0, 0, 0]));
      for (const at of hiddenAt(OUTCOMES.map((outcome) => seen.outcomes[outcome]))) {
        const feasible = new Set(tables.map((cells) => cells[at]));
        expect([...feasible].sort(), published).toEqual([0, 1, 2, 3, 4]);
      }
    }
  });

  it("an observer learns no more from openings and overdue answers, although openings need a grant", () => {
    const all: Counted[] = [];
    for (const cells of rows(5))
      for (const disclosures of cells[0] + cells[1] > 0 ? [0, 4, 6] : [0])
        for (const overdue of [0, 6]) all.push(counted(cells, overdue, disclosures));
    const outcomesOf = ({ outcomes }: Counted) => OUTCOMES.map((outcome) => outcomes[outcome]);
    for (const [published, tables] of worlds(all, (one) => JSON.stringify(showRow(one)))) {
      const [first] = tables;
      if (first === undefined) throw new TypeError("a class without requests");
      const { outcomes } = showRow(first);
      for (const at of hiddenAt(OUTCOMES.map((outcome) => outcomes[outcome]))) {
        const feasible = new Set(tables.map((one) => outcomesOf(one)[at]));
        expect([...feasible].sort(), published).toEqual([0, 1, 2, 3, 4]);
      }
    }
  });

  it("an observer learns nothing from sums over the rows, because they follow from the published rows", () => {
    const count = fc.integer({ min: 0, max: 12 });
    const row = fc.tuple(count, count, count, count, count);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (tables) => {
        const seen = tables.map((cells) => showRow(counted(cells)));
        // The sums depend only on the published rows, and each withheld figure stays within its own bounds.
        expect(showSums(seen)).toEqual(showSums(JSON.parse(JSON.stringify(seen))));
        const sums = showSums(seen);
        for (const [at, outcome] of OUTCOMES.entries()) {
          const total = tables.reduce((sum, cells) => sum + (cells[at] ?? 0), 0);
          const { value, from = 0, to = Number.POSITIVE_INFINITY } = sums.outcomes[outcome];
          if (value !== undefined) expect(value).toBe(total);
          else expect(from <= total && total <= to).toBe(true);
        }
      }),
    );
  });

  it("no published row belongs to, or contains, a number under five", () => {
    const small: number[] = [];
    for (const cells of rows(6)) {
      const { outcomes, answered } = showRow(counted(cells, 4, 4));
      for (const { value } of [...Object.values(outcomes), answered])
        if (value !== undefined && value < SMALLEST) small.push(value);
    }
    expect(small).toEqual([]);
  });
});

it("without the rule about remainders, a sum would reveal a single withheld figure", () => {
  // The complement: 20 − (6 + 7 + 5 + 2) of a sum that is published with a single withheld figure.
  const { outcomes, answered } = showRow(counted([6, 7, 5, 5, 2]));
  expect(outcomes.lapsed).toEqual({ from: 0, to: 4 });
  expect(answered).toEqual({ from: 23, to: 27 });
  expect(showRow(counted([6, 7, 5, 2, 2])).answered).toEqual({ value: 22 });
  expect(showRow(counted([6, 7, 5, 0, 0])).answered).toEqual({ from: 18, to: 26 });
  expect(showRow(counted([6, 7, 5, 4, 4])).answered).toEqual({ from: 18, to: 26 });
  expect(boundsOfSum([{ value: 6 }, { from: 0 }])).toEqual({ from: 6 });
});

it("openings are published with published grants, and overdue answers with a published sum", () => {
  expect(showRow(counted([4, 0, 9, 0, 0], 0, 30)).disclosures).toEqual({ from: 0 });
  expect(showRow(counted([5, 0, 9, 0, 0], 0, 30)).disclosures).toEqual({ value: 30 });
  expect(showRow(counted([5, 0, 9, 0, 0], 8, 4))).toMatchObject({
    overdue: { from: 0 },
    disclosures: { from: 0 },
  });
  expect(showRow(counted([5, 5, 9, 5, 5], 8, 4)).overdue).toEqual({ value: 8 });
});

describe("quarters", () => {
  it("quarters begin and end at midnight in UTC", () => {
    expect(quarterOf(new Date("2026-12-31T23:59:59.999Z"))).toBe("2026-Q4");
    expect(quarterOf(new Date("2027-01-01T00:00:00Z"))).toBe("2027-Q1");
    expect(boundsOf("2026-Q4")).toEqual({
      from: new Date("2026-10-01T00:00:00Z"),
      to: new Date("2027-01-01T00:00:00Z"),
    });
  });

  it("each quarter closes some time after its end, in order", () => {
    const since = new Date("2026-05-05T00:00:00Z");
    const at = (text: string) => closedQuarters(since, new Date(text));
    expect(at("2026-07-01T23:59:59Z")).toEqual([]);
    expect(at("2026-07-02T00:00:00Z")).toEqual(["2026-Q2"]);
    expect(at("2027-01-02T00:00:00Z")).toEqual(["2026-Q2", "2026-Q3", "2026-Q4"]);
  });
});
