import { DomainError } from "@/lib/errors";
import { fieldErrorsOf, parseSaid } from "@/lib/issue-words";
import { type BatchResult, NewTransaction } from "@/lib/transactions/schema";

/** Parses one item of a batch; a fault refuses that item only. */
export function parseItem(value: unknown, index: number): NewTransaction | DomainError {
  const parsed = parseSaid(NewTransaction, value);
  if (parsed.success) return parsed.data;
  return new DomainError("request.invalid", {
    detail: "The item does not match its schema.",
    errors: parsed.error.issues.flatMap((issue) => fieldErrorsOf(issue, ["transactions", String(index)])),
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
