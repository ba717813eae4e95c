import { expect, test } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { WHAT_TO_DO } from "@/lib/audit/bundle-verifier/report/advice";

test("the command line says what to do in the words of the page", () => {
  const { answers } = CATALOGUES.en.audit.verify;
  const page = Object.fromEntries(
    Object.entries(answers).flatMap(([group, said]) =>
      typeof said === "string" ? [] : [[group, said.todo]],
    ),
  );
  expect(page).toMatchObject(WHAT_TO_DO);
  expect(Object.keys(page).sort()).toEqual([...Object.keys(WHAT_TO_DO), "consistent", "verified"].sort());
});
