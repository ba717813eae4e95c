import { datesFrom } from "@/lib/access/deadlines/due";
import { DAY_MS, REVIEW_DAYS } from "@/lib/access/rules/limits";
import type { InstrumentKind } from "@/lib/vocabulary";

/** Days from the submission until an answer is due, by kind of order; under "" those after which staff's own request lapses. */
export type AnswerDays = Readonly<Record<InstrumentKind | "", number>>;

function daysUntilAnswer(kind: InstrumentKind): number {
  const { dueAt, responseDueAt } = datesFrom(kind, new Date(0));
  return (responseDueAt ?? dueAt).getTime() / DAY_MS;
}

/** What the form says of the answer's date, from the same rule that sets it (ADR 0026). */
export function answerDays(): AnswerDays {
  return {
    "": REVIEW_DAYS,
    court_order: daysUntilAnswer("court_order"),
    subpoena: daysUntilAnswer("subpoena"),
    warrant: daysUntilAnswer("warrant"),
    statutory_demand: daysUntilAnswer("statutory_demand"),
    audit_mandate: daysUntilAnswer("audit_mandate"),
    epoc: daysUntilAnswer("epoc"),
  };
}
