import type { z } from "zod";
import { jsonPointer } from "@/lib/crypto/json/strict-json-parser";
import { DomainError, type FieldError } from "@/lib/errors";
import { type BatchResult, NewTransaction } from "@/lib/transactions/schema";

function fieldErrors(index: number, issue: z.core.$ZodIssue): FieldError[] {
  const path = ["transactions", String(index), ...issue.path.map(String)];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: jsonPointer([...path, key]),
      detail: "is not a member of this schema",
    }));
  }
  // zod's own messages name expected types and limits, and never the sent value.
  return [{ pointer: jsonPointer(path), detail: issue.message }];
}

/** Parses one item of a batch; a fault refuses that item only. */
export function parseItem(value: unknown, index: number): NewTransaction | DomainError {
  const parsed = NewTransaction.safeParse(value);
  if (parsed.success) return parsed.data;
  return new DomainError("request.invalid", {
    detail: "The item does not match its schema.",
    errors: parsed.error.issues.flatMap((issue) => fieldErrors(index, issue)),
  });
}

/** Returns the result of an item that was not stored: the members of a problem document, without the request's own. */
export function problemResult(index: number, error: DomainError): BatchResult {
  return {
    index,
    status: error.status,
    problem: {
      ...error.extra,
      type: `urn:sealport:problem:${error.code}`,
      title: error.title,
      status: error.status,
      code: error.code,
      ...(error.detail === undefined ? {} : { detail: error.detail }),
      ...(error.errors.length === 0 ? {} : { errors: [...error.errors] }),
    },
  };
}
