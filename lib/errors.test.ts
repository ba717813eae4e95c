import { expect, test, vi } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { CODE_KEYS } from "@/components/messages/problem-keys";
import { ERROR_CODES } from "@/lib/error-codes";
import { DomainError, InvariantError } from "@/lib/errors";

/** Shown by the page itself: the portal's own code for an answer without one, and unexpected errors. */
const OWN = ["service.internal", "unknown"];

test("every problem code has words in the reader's language", () => {
  expect(Object.keys(CODE_KEYS).sort()).toEqual([...Object.keys(ERROR_CODES), ...OWN].sort());
});

test("no words for problems are left over", () => {
  const used = new Set<string>([...Object.values(CODE_KEYS), "role", "duty"]);
  expect(Object.keys(CATALOGUES.en.problem.codes).sort()).toEqual([...used].sort());
});

test("an error of another copy of its module is the same kind of error: pages, routes and the runtime have one each", async () => {
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

test("failures of bytes, the database and a service are recognised across copies, and not confused", async () => {
  const load = async () => [
    (await import("@/lib/crypto/format-error")).FormatError,
    (await import("@/lib/db/errors")).DatabaseError,
    (await import("@/lib/ipc/client")).ServiceUnavailable,
  ];
  const own = await load();
  vi.resetModules();
  const { FormatError } = await import("@/lib/crypto/format-error");
  const { DatabaseError } = await import("@/lib/db/errors");
  const { ServiceUnavailable } = await import("@/lib/ipc/client");
  const facts = { name: "x", prismaCode: undefined, sqlState: "23505", constraint: undefined };
  const foreign = [
    new FormatError("format.json", "x"),
    new DatabaseError(facts),
    new ServiceUnavailable("x"),
  ];
  const kinds = foreign.map((error) => own.map((kind) => error instanceof kind));
  expect(kinds).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ]);
  expect(own.map((kind) => new Error("x") instanceof kind)).toEqual([false, false, false]);
});
