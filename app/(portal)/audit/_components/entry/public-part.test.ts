import { expect, test } from "vitest";
import { publicPartOf } from "./public-part";

const said = (more: object) => publicPartOf({ public: { v: 1, sealed: [], ...more } });

test("an entry without any sealed part is never said to be sealed for others", () => {
  expect(said({})).toEqual({ is: "open" });
  expect(said({ pub: { prune: { minimum: 4 } } })).toEqual({ is: "open" });
  expect(said({ sealed: [{ c: "org", d: "x" }] })).toEqual({ is: "sealed" });
});

test("what a log follows after, and what a recovery lost, is read from the open part", () => {
  const lost = { from: 12, to: 15 };
  expect(said({ pub: { recovery: { origin: "log.test/a", checkpoint: "", lost } } })).toEqual({
    is: "follows",
    origin: "log.test/a",
    ...lost,
  });
  expect(said({ pub: { recovery: { from: 3, to: 9, lost: ["entry:a", "entry:b"] } } })).toEqual({
    is: "restored",
    from: 3,
    to: 9,
    lost: 2,
  });
});
