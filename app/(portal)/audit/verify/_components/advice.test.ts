import { expect, test } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { TODO } from "@/lib/audit/verify/advice";

test("the command line says what to do in the words of the page", () => {
  const { answers } = CATALOGUES.en.audit.verify;
  const page = Object.fromEntries(
    Object.entries(answers).flatMap(([group, said]) =>
      typeof said === "string" ? [] : [[group, said.todo]],
    ),
  );
  expect(page).toMatchObject(TODO);
  expect(Object.keys(page).sort()).toEqual([...Object.keys(TODO), "consistent", "verified"].sort());
});
