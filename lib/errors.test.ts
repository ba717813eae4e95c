import { expect, test } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { CODE_KEYS } from "@/components/messages/problem-keys";
import { ERROR_CODES } from "@/lib/errors";

/** Told by the page itself: what the portal makes of an answer without a code, and what nobody expected. */
const OWN = ["service.internal", "unknown"];

test("every problem code has words in the reader's language", () => {
  expect(Object.keys(CODE_KEYS).sort()).toEqual([...Object.keys(ERROR_CODES), ...OWN].sort());
});

test("no words for problems are left over", () => {
  const used = new Set<string>([...Object.values(CODE_KEYS), "role", "duty"]);
  expect(Object.keys(CATALOGUES.en.problem.codes).sort()).toEqual([...used].sort());
});
