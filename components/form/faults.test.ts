import { describe, expect, test } from "vitest";
import { z } from "zod";
import { controlAt, listedIn, ownWords, remoteFaults } from "@/components/form/faults";
import { localFaults } from "@/components/form/local-faults";

const Body = z.strictObject({
  transactions: z.array(z.uuid()).min(1).max(2),
  reason: z.string().trim().min(3).max(10),
  kind: z.enum(["order", "warrant"]),
});
const ID = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const good = { transactions: [ID], reason: "long", kind: "order" };
const keysOf = (change: object) =>
  localFaults(Body, { ...good, ...change }).map(({ pointer, reason }) => [pointer, reason.key, reason.count]);

describe("local faults", () => {
  test("a body that the schema accepts has no faults", () => {
    expect(localFaults(Body, good)).toEqual([]);
  });

  test.each([
    [{ reason: "  " }, ["/reason", "missing", 0]],
    [{ reason: undefined }, ["/reason", "missing", 0]],
    [{ transactions: [] }, ["/transactions", "missing", 0]],
    [{ reason: "ab" }, ["/reason", "tooShort", 3]],
    [{ reason: "a".repeat(11) }, ["/reason", "tooLong", 10]],
    [{ transactions: [ID, ID, ID] }, ["/transactions", "tooMany", 2]],
    [{ transactions: ["job-1"] }, ["/transactions/0", "id", 0]],
    [{ kind: undefined }, ["/kind", "missing", 0]],
  ])("%j is refused at its place and for its reason", (change, fault) => {
    expect(keysOf(change)).toEqual([fault]);
  });

  test("each place is named once", () => {
    const Twice = z.object({ code: z.string().min(4).regex(/^\d+$/) });
    expect(localFaults(Twice, { code: "x" })).toHaveLength(1);
  });
});

test("the server's faults carry the same reasons as local ones", () => {
  const detail = "must have at most 10 characters";
  expect(remoteFaults([{ pointer: "/reason", detail }])).toEqual([
    { pointer: "/reason", reason: { key: "tooLong", count: 10 } },
  ]);
});

test("a pointer finds the control that is named for it or for a place above it", () => {
  const controls = { "/transactions": "records", "/weekly_hours/1": "week.1" } as const;
  expect(controlAt(controls, "/transactions/3")).toBe("records");
  expect(controlAt(controls, "/weekly_hours/1/0")).toBe("week.1");
  expect(controlAt(controls, "/weekly_hours/2")).toBeUndefined();
  expect(controlAt(controls, "/transactionsX")).toBeUndefined();
});

test("a control's own words win, and `wrong` covers every reason but an empty value", () => {
  const words = { missing: "Say why", wrong: "Not like this" };
  expect(ownWords(words, { key: "missing", count: 0 })).toBe("Say why");
  expect(ownWords(words, { key: "tooLong", count: 3 })).toBe("Not like this");
  expect(ownWords({ wrong: "Not like this" }, { key: "missing", count: 0 })).toBeUndefined();
});

test("a list of ids is read with any separator, each once", () => {
  expect(listedIn(" a, b;\n a  c ")).toEqual(["a", "b", "c"]);
  expect(listedIn(" \n")).toEqual([]);
});
