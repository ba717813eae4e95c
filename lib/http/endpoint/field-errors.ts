import "server-only";
import type { z } from "zod";
import { jsonPointer } from "@/lib/crypto/json/json-value";
import { DomainError, type FieldError } from "@/lib/errors";

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: jsonPointer([...path, key]),
      detail: "is not a member of this schema",
    }));
  }
  if (issue.code === "invalid_union") {
    // A union with its own words says what it takes; zod's default says nothing.
    const detail = issue.message === "Invalid input" ? "matches none of the allowed forms" : issue.message;
    return [{ pointer: jsonPointer(path), detail }];
  }
  // zod's own messages name expected types and limits and never the value that was sent.
  return [{ pointer: jsonPointer(path), detail: issue.message }];
}

/** Parses with a schema; what does not fit becomes one 422 naming every place by JSON Pointer. */
export function parseWith(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new DomainError("request.invalid", {
    detail: "The request does not fit its schema.",
    errors: result.error.issues.flatMap(fieldErrors),
  });
}
