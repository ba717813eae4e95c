import type { Confirms } from "@/lib/access/schema";
import { endOf, startOf } from "@/lib/access/validity";
import { DomainError, type FieldError } from "@/lib/errors";
import { validityTime } from "@/lib/escrow/statements";

/** What a paper order says, as it was recorded. */
export interface OrderFacts {
  readonly issuer: string;
  readonly caseNumber: string;
  readonly validFrom: Date;
  readonly validUntil: Date;
}

/** The same text typed twice may differ in blanks and in how an accent is composed, and in nothing else. */
function sameText(a: string, b: string): boolean {
  const plain = (text: string): string => text.normalize("NFC").trim().replace(/\s+/gu, " ");
  return plain(a) === plain(b);
}

/**
 * Compares what a decider retyped with what the order says. A paper order counts as attested only when both
 * deciders' words match, so a difference shows both and stops the decision.
 */
export function requireConfirms(order: OrderFacts, confirms: Confirms | undefined): void {
  if (confirms === undefined) {
    throw new DomainError("decision.facts-mismatch", {
      detail: "A paper order is decided by retyping its facts.",
      errors: [{ pointer: "/confirms", detail: "is missing" }],
    });
  }
  const rows = [
    {
      name: "issuer",
      typed: confirms.issuer,
      order: order.issuer,
      same: sameText(confirms.issuer, order.issuer),
    },
    {
      name: "case_number",
      typed: confirms.case_number,
      order: order.caseNumber,
      same: sameText(confirms.case_number, order.caseNumber),
    },
    timeRow("valid_from", confirms.valid_from, startOf(confirms.valid_from), order.validFrom),
    timeRow("valid_until", confirms.valid_until, endOf(confirms.valid_until), order.validUntil),
  ];
  const wrong = rows.filter((row) => !row.same);
  if (wrong.length === 0) return;
  const errors: FieldError[] = wrong.map((row) => ({
    pointer: `/confirms/${row.name}`,
    detail: `you typed “${row.typed}”, the order says “${row.order}”`,
  }));
  throw new DomainError("decision.facts-mismatch", {
    errors,
    extra: {
      mismatch: Object.fromEntries(
        wrong.map(({ name, typed, order: says }) => [name, { typed, order: says }]),
      ),
    },
  });
}

function timeRow(name: string, typed: string, at: Date, order: Date) {
  return { name, typed, order: validityTime(order), same: at.getTime() === order.getTime() };
}
