import { expect, test } from "vitest";
import { targetsOf } from "./find-targets";

const ALL = ["requests", "grants", "transactions", "audit"];
const keys = (text: string, places = ALL) => targetsOf(text, places).map(({ key }) => key);

test("a grant leads to its request, and a dispute's grant to the grants", () => {
  expect(targetsOf("gr-2026-00000031", ALL)[0]).toEqual({
    key: "grant",
    href: "/requests?view=all&reference=AR-2026-00000031",
  });
  expect(targetsOf("DG-b991ffb6", ALL)).toEqual([{ key: "disputeGrant", href: "/grants?view=all" }]);
  expect(targetsOf("DG-b991ffb6", ["transactions"])).toEqual([]);
});

test("an id, a job and a number lead where they can be, and only where the person may go", () => {
  expect(keys("01A181C8-0000-7000-8000-00000000D99B")).toEqual(["transaction", "request"]);
  expect(keys("job-1002")).toEqual(["reference", "job"]);
  expect(keys("40", ["audit"])).toEqual(["entry"]);
});
