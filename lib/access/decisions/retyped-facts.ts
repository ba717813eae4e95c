import type { Confirms } from "@/lib/access/requests/schema";
import { endOf, startOf } from "@/lib/access/rules/validity";
import { DomainError, type FieldError } from "@/lib/errors";
import { validityTime } from "@/lib/escrow/protocol/statements";

/** What a paper order says, as it was recorded. */
export interface OrderFacts {
  readonly issuer: string;
  readonly caseNumber: string;
  readonly validFrom: Date;
  readonly validUntil: Date;
}

/** Whether two texts are equal except for blanks and for how accents are composed. */
export function sameText(a: string, b: string): boolean {
  const plain = (text: string): string => text.normalize("NFC").trim().replace(/\s+/gu, " ");
  return plain(a) === plain(b);
}

interface Row {
  readonly name: keyof Confirms;
  readonly typed: string;
  /** What the reading is compared with: the officer's entry, or the first decider's reading. */
  readonly other: string;
  readonly same: boolean;
}

const timeRow = (name: keyof Confirms, typed: string, at: Date, other: Date): Row => ({
  name,
  typed,
  other: validityTime(other),
  same: at.getTime() === other.getTime(),
});

function compare(confirms: Confirms, other: OrderFacts): Row[] {
  const textRow = (name: keyof Confirms, typed: string, says: string): Row => ({
    name,
    typed,
    other: says,
    same: sameText(typed, says),
  });
  return [
    textRow("issuer", confirms.issuer, other.issuer),
    textRow("case_number", confirms.case_number, other.caseNumber),
    timeRow("valid_from", confirms.valid_from, startOf(confirms.valid_from), other.validFrom),
    timeRow("valid_until", confirms.valid_until, endOf(confirms.valid_until), other.validUntil),
  ];
}

/** Returns the names of the facts that were read as they are on record. */
export function sameFacts(confirms: Confirms, order: OrderFacts): readonly (keyof Confirms)[] {
  return compare(confirms, order).flatMap(({ name, same }) => (same ? [name] : []));
}

function refuse(wrong: readonly Row[], says: string, key: "order" | "first"): never {
  const errors: FieldError[] = wrong.map((row) => ({
    pointer: `/confirms/${row.name}`,
    detail: `you typed “${row.typed}”, ${says} “${row.other}”`,
  }));
  const mismatch = Object.fromEntries(wrong.map(({ name, typed, other }) => [name, { typed, [key]: other }]));
  throw new DomainError("decision.facts-mismatch", { errors, extra: { mismatch } });
}

/**
 * Returns the end that a decider read, when it is earlier than the recorded one and the decision ends access by then.
 */
function isNarrowedTo(order: OrderFacts, confirms: Confirms, until: Date | undefined): boolean {
  const read = endOf(confirms.valid_until);
  return until !== undefined && until <= read && read < order.validUntil;
}

/**
 * Compares what a decider retyped with the record. A paper order is attested only when the texts of both deciders
 * match, so a difference shows both texts and stops the decision. Deciding can correct one difference: when the officer
 * typed a later end than the order has, narrowing grants access until the order's own end at most.
 */
export function requireRetypedFacts(
  order: OrderFacts,
  confirms: Confirms | undefined,
  until?: Date,
): asserts confirms is Confirms {
  if (confirms === undefined) {
    throw new DomainError("decision.facts-mismatch", {
      detail: "An unsigned order needs its facts retyped.",
      errors: [{ pointer: "/confirms", detail: "is missing" }],
    });
  }
  const wrong = compare(confirms, order).filter((row) => !row.same);
  const left = isNarrowedTo(order, confirms, until)
    ? wrong.filter((row) => row.name !== "valid_until")
    : wrong;
  if (left.length > 0) refuse(left, "the order says", "order");
}

/**
 * Compares the second reading with the first. The first reading is shown only here, when both exist, since the second
 * decider must read independently.
 */
export function requireSameRetypedFacts(first: Confirms, second: Confirms): void {
  const wrong = compare(second, {
    issuer: first.issuer,
    caseNumber: first.case_number,
    validFrom: startOf(first.valid_from),
    validUntil: endOf(first.valid_until),
  }).filter((row) => !row.same);
  if (wrong.length > 0) refuse(wrong, "the first decider read", "first");
}
