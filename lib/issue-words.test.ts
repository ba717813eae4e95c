import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fieldReason } from "@/components/messages/field-reasons";
import { exampleOf } from "@/lib/api-client/openapi/examples";
import type { OperationSpec } from "@/lib/api-client/operation";
import { OPERATIONS } from "@/lib/api-client/registry";
import { parseSaid } from "@/lib/issue-words";

/** Every sentence of zod's own begins like one of these. */
const DEFAULT = /^(Too (small|big)|Invalid|Unrecognized|Expected|Required)|\b(expected|received)\b|[<>]=/;

const HOSTILE: readonly unknown[] = [
  undefined,
  null,
  "",
  " ",
  "\u0000",
  "x".repeat(300_000),
  "nonsense",
  "1999-12-31",
  "9999-12-31T23:59:59-12:00",
  -1,
  0,
  1.5,
  1e300,
  true,
  [],
  ["", null, 1],
  Array.from({ length: 5_000 }, () => "x"),
  {},
  { unknown: 1 },
];

/** Every body that differs from the example in one place. */
function mutants(value: unknown): unknown[] {
  const own = [...HOSTILE];
  if (Array.isArray(value))
    return [...own, ...value.slice(0, 2).flatMap((item) => mutants(item).map((one) => [one]))];
  if (typeof value !== "object" || value === null) return own;
  const members = Object.entries(value).flatMap(([name, inner]) =>
    mutants(inner).map((one) => ({ ...value, [name]: one })),
  );
  return [...own, { ...value, stranger: 1 }, ...members];
}

function messagesOf(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.map(({ message }) => message);
}

const PARTS = OPERATIONS.flatMap((operation: OperationSpec) =>
  (["body", "query"] as const).flatMap((part) => {
    const schema = operation[part];
    return schema === undefined ? [] : [{ name: `${operation.id} ${part}`, operation, part, schema }];
  }),
);

describe("what is wrong with a value", () => {
  it.each(PARTS)("of $name is said in sentences of our own", ({ operation, part, schema }) => {
    const refused = mutants(exampleOf(operation)[part] ?? {}).flatMap((value) => {
      const result = parseSaid(schema, value);
      return result.success ? [] : messagesOf(result.error.issues);
    });
    expect(refused).not.toEqual([]);
    expect([...new Set(refused)].filter((message) => DEFAULT.test(message))).toEqual([]);
  });

  it.each([
    [z.string(), undefined, "is missing", "missing"],
    [z.string().min(1), "", "must not be empty", "missing"],
    [z.string().min(43), "x", "must have at least 43 characters", "tooShort"],
    [z.string().max(1), "xx", "must have at most 1 character", "tooLong"],
    [z.string().length(3), "x", "must have exactly 3 characters", "exactly"],
    [z.array(z.string()).max(2), ["", "", ""], "must have at most 2 items", "tooMany"],
    [z.int().min(5), 1, "must be at least 5", "tooLittle"],
    [z.number().lt(5), 6, "must be less than 5", "tooMuch"],
    [z.int(), 1.5, "must be a whole number", "number"],
    [z.number(), "x", "must be a number", "number"],
    [z.enum(["a", "b"]), "c", "must be one of a, b", "choice"],
    [z.uuid(), "x", "must be an id of 36 characters (a UUID)", "id"],
    [z.email(), "x", "must be an e-mail address", "mail"],
    [z.iso.datetime(), "x", "must be a time with its zone, such as 2026-11-29T17:00:00Z", "time"],
    [z.strictObject({}), { a: 1 }, "is not a member of this schema", "form"],
    [z.union([z.string(), z.int()]), [], "matches none of the allowed forms", "form"],
  ])("%#: a sentence, and the key of its words on a page", (schema: z.ZodType, value, sentence, key) => {
    const result = parseSaid(schema, value);
    const [message = ""] = result.success ? [] : messagesOf(result.error.issues);
    expect(message).toBe(sentence);
    expect(fieldReason(message).key).toBe(key);
  });
});
