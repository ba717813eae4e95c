import { describe, expect, it } from "vitest";
import { Prisma } from "@/lib/db/generated/client";
import { prismaSql, sql, statement } from "@/lib/db/statement";

interface Wanted {
  readonly id: string;
  readonly limit: number;
}

const idOf = ({ id }: Wanted) => id;
const COLUMNS = Prisma.sql`t.id, t.name`;
const OWN = sql<Wanted>`(t.owner = ${idOf} OR t.maker = ${idOf})`;
const FIND = statement<Wanted, { readonly name: string }>("find")`
  SELECT ${COLUMNS} FROM thing t WHERE ${OWN} AND t.parent = ${idOf} LIMIT ${({ limit }) => limit}`;

describe("a prepared statement", () => {
  it("numbers its parameters across pieces, and sends a function's value once", () => {
    expect(FIND.text).toBe(`
  SELECT t.id, t.name FROM thing t WHERE (t.owner = $1 OR t.maker = $1) AND t.parent = $1 LIMIT $2`);
    expect(FIND.values({ id: "a", limit: 3 })).toEqual(["a", 3]);
  });

  it("has a name of its own for each text, so that a connection never runs another text under it", () => {
    const other = statement<Wanted, never>("find")`SELECT ${idOf}`;
    expect(other.name).toMatch(/^find:/);
    expect(other.name).not.toBe(FIND.name);
    expect(statement<Wanted, never>("find")`SELECT ${idOf}`.name).toBe(other.name);
  });

  it("takes neither shared text with values nor a name that the server would cut", () => {
    expect(() => statement<Wanted, never>("bad")`SELECT ${Prisma.sql`${1}`}`).toThrow("has no values");
    expect(() => statement<Wanted, never>("n".repeat(55))`SELECT 1`).toThrow("too long");
  });

  it("shares a piece with a query of Prisma, which has the same text and values", () => {
    const query = Prisma.sql`SELECT 1 WHERE ${prismaSql(OWN, { id: "a", limit: 1 })} AND ${2}`;
    expect(query.text).toBe("SELECT 1 WHERE (t.owner = $1 OR t.maker = $2) AND $3");
    expect(query.values).toEqual(["a", "a", 2]);
  });
});
