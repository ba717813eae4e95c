import { expect, test, vi } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { CODE_KEYS } from "@/components/messages/problem-keys";
import { ERROR_CODES } from "@/lib/error-codes";
import { DomainError, InvariantError } from "@/lib/errors";

/** Told by the page itself: what the portal makes of an answer without a code, and what nobody expected. */
const OWN = ["service.internal", "unknown"];

test("every problem code has words in the reader's language", () => {
  expect(Object.keys(CODE_KEYS).sort()).toEqual([...Object.keys(ERROR_CODES), ...OWN].sort());
});

test("no words for problems are left over", () => {
  const used = new Set<string>([...Object.values(CODE_KEYS), "role", "duty"]);
  expect(Object.keys(CATALOGUES.en.problem.codes).sort()).toEqual([...used].sort());
});

test("an error of another copy of the module is the same kind of error: pages and routes have one each", async () => {
  vi.resetModules();
  const other = await import("@/lib/errors");
  expect(other.DomainError).not.toBe(DomainError);
  const [foreign, broken] = [new other.DomainError("auth.required"), new other.InvariantError("x")];
  expect([foreign instanceof DomainError, foreign instanceof InvariantError]).toEqual([true, false]);
  expect([broken instanceof InvariantError, broken instanceof DomainError]).toEqual([true, false]);
  expect([foreign.code, foreign.status]).toEqual(["auth.required", 401]);
  for (const value of [new Error("auth.required"), { code: "auth.required" }, null, undefined, "x"])
    expect([value instanceof DomainError, value instanceof InvariantError]).toEqual([false, false]);
});
