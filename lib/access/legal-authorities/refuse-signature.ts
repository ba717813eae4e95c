import type { SignatureReport } from "@/lib/authorities/schema";
import { DomainError, type FieldError } from "@/lib/errors";

/** Throws 422 with the fault by its name and in the words of EN 319 102-1. */
export function refuseSignature(report: SignatureReport, errors: readonly FieldError[] = []): never {
  const { fault, indication, sub_indication: sub, detail } = report;
  throw new DomainError("authorization.signature", {
    detail,
    errors,
    extra: { reason: `signature.${fault ?? "form"}`, fault, indication, sub_indication: sub },
  });
}
