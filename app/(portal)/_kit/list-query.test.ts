import { describe, expect, test } from "vitest";
import { z } from "zod";
import { pageQuery } from "@/lib/schema";
import { addressOf, readQuery } from "./list-query";

const Query = z.strictObject({ ...pageQuery, view: z.enum(["in_force", "ended"]).optional() });
const CURSOR = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const FIXED = { limit: "40", view: "in_force" };

describe("the query of a list page", () => {
  test("takes what the operation's schema accepts", () => {
    const read = readQuery(Query, { view: "ended", cursor: CURSOR }, FIXED);
    expect(read.query).toEqual({ limit: 40, view: "ended", cursor: CURSOR });
    expect(read.given).toEqual({ view: "ended", cursor: CURSOR });
  });

  test.each([
    { view: "everything" },
    { cursor: "not-a-cursor" },
    { limit: "500" },
    { entry: "7" },
    { view: "" },
    { view: "everything", entry: "7", cursor: "x" },
  ])("leaves out %j, which it does not know or accept", (params) => {
    expect(readQuery(Query, params, FIXED)).toEqual({ query: { limit: 40, view: "in_force" }, given: {} });
  });

  test("takes the first of repeated parameters", () => {
    expect(readQuery(Query, { view: ["ended", "in_force"] }, FIXED).given).toEqual({ view: "ended" });
  });

  test("takes cursors of another form where the list says so", () => {
    expect(readQuery(Query, { cursor: "412" }, FIXED, /^\d+$/).given).toEqual({ cursor: "412" });
  });
});

test("an address leaves empty members out", () => {
  expect(addressOf("/grants", { view: "ended", cursor: "", other: undefined, next: null })).toBe(
    "/grants?view=ended",
  );
  expect(addressOf("/grants", {})).toBe("/grants");
});
