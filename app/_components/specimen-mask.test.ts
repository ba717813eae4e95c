import { expect, test } from "vitest";
import { SPECIMEN_MASK } from "@/app/_components/specimen";
import { maskFields } from "@/lib/custodian/openings/mask";

test("the front page's example shows as masked what the custodian's mask shows", () => {
  const parties = { payer: "Nordwind GmbH, Hamburg", payee: "Harbour Compute Ltd" };
  expect(maskFields(parties)).toEqual(SPECIMEN_MASK);
});
