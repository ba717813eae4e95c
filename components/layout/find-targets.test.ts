import { expect, test } from "vitest";
import { targetsOf } from "./find-targets";

const ALL = ["requests", "grants", "transactions", "audit"];
const keys = (text: string, places = ALL) => targetsOf(text, places).map(({ key }) => key);

test("a dispute's grant leads to the grants, where the person has them", () => {
  expect(targetsOf("DG-b991ffb6", ALL)).toEqual([{ key: "disputeGrant", href: "/grants?view=all" }]);
  expect(targetsOf("DG-b991ffb6", ["transactions"])).toEqual([]);
});

test("a text and a number lead to the lists that can contain it, and only where the person may go", () => {
  expect(keys("job-1002")).toEqual(["reference", "job"]);
  expect(keys("40", ["audit"])).toEqual(["entry"]);
});
