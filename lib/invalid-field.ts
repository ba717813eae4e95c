import { DomainError } from "@/lib/errors";

/** 422 for one place in the body that the schema alone cannot judge. */
export function invalidField(pointer: string, detail: string): DomainError {
  return new DomainError("request.invalid", {
    detail: "The request does not match its schema.",
    errors: [{ pointer, detail }],
  });
}
