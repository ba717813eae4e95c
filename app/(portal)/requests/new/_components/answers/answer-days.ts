import { datesFrom } from "@/lib/access/deadlines/due";
import { DAY_MS } from "@/lib/access/rules/limits";
import type { InstrumentKind } from "@/lib/vocabulary";

/** Days from the submission until an answer is due, by kind of order; under "" those after which staff's own request lapses. */
export type AnswerDays = Readonly<Record<InstrumentKind | "", number>>;

function daysUntilAnswer(kind: InstrumentKind, reviewDays: number): number {
  const { dueAt, responseDueAt } = datesFrom(kind, new Date(0), reviewDays);
  return (responseDueAt ?? dueAt).getTime() / DAY_MS;
}

/** What the form says of the answer's date, from the same rule that sets it (ADR 0026). */
export function answerDays(reviewDays: number): AnswerDays {
  return {
    "": reviewDays,
    court_order: daysUntilAnswer("court_order", reviewDays),
    subpoena: daysUntilAnswer("subpoena", reviewDays),
    warrant: daysUntilAnswer("warrant", reviewDays),
    statutory_demand: daysUntilAnswer("statutory_demand", reviewDays),
    audit_mandate: daysUntilAnswer("audit_mandate", reviewDays),
    epoc: daysUntilAnswer("epoc", reviewDays),
  };
}
