import { describe, expect, it } from "vitest";
import { createStatementNames } from "./client";

describe("names of prepared statements", () => {
  it("one text keeps its name and two texts never share one", () => {
    const nameOf = createStatementNames();
    const names = Array.from({ length: 100 }, (_, at) => nameOf({ sql: `SELECT ${at}` }));
    expect(new Set(names).size).toBe(100);
    expect(names.every((name) => name !== "" && name.length < 64)).toBe(true);
    expect(nameOf({ sql: "SELECT 7" })).toBe(names[7]);
  });

  it("texts without end do not make names without end", () => {
    const nameOf = createStatementNames();
    const names = Array.from({ length: 2_000 }, (_, at) => nameOf({ sql: `SELECT ${at}` }));
    const named = names.filter((name) => name !== "");
    expect(named.length).toBeLessThan(1_000);
    expect(nameOf({ sql: "SELECT 1" })).toBe(names[1]);
    expect(nameOf({ sql: "one more" })).toBe("");
  });
});
