import { expect, it } from "vitest";
import { mapDatabaseError } from "@/lib/db/errors";
import { DomainError } from "@/lib/errors";

const failed = (code: string, syscall?: string) => Object.assign(new Error("failed"), { code, syscall });

it.each([
  ["ECONNREFUSED", "connect"],
  ["ENOENT", "connect"],
  ["EAI_AGAIN", "getaddrinfo"],
  ["ECONNRESET", "read"],
  ["ECONNREFUSED", undefined],
  // PostgreSQL's disk is full.
  ["53100", undefined],
])("%s of %s means that the database is away", (code, syscall) => {
  const mapped = mapDatabaseError(failed(code, syscall));
  expect(mapped instanceof DomainError && mapped.code).toBe("service.database-unavailable");
});

it.each([
  // pg's pool, and a client of its own, whose connection is not made in time.
  "timeout exceeded when trying to connect",
  "timeout expired",
])("%s means that the database is away", (message) => {
  expect(mapDatabaseError(new Error(message))).toMatchObject({ code: "service.database-unavailable" });
});

it.each([
  ["ENOENT", "open"],
  ["EACCES", "mkdir"],
])("%s of %s is a file's and says nothing about the database", (code, syscall) => {
  const error = failed(code, syscall);
  expect(mapDatabaseError(error)).toBe(error);
});
