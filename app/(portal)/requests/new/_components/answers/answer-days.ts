import { datesFrom } from "@/lib/access/deadlines/due";
import { DAY_MS } from "@/lib/access/rules/limits";
import type { DecidingSet } from "@/lib/context/policies";
import type { InstrumentKind } from "@/lib/vocabulary";

/** Days from the submission until an answer is due, by kind of order; under "" those after which staff's own request lapses. */
export type AnswerDays = Readonly<Record<InstrumentKind | "", number>>;

type Numbers = Pick<DecidingSet, "settings">;

function daysUntilAnswer(kind: InstrumentKind | undefined, set: Numbers): number {
  const { dueAt, responseDueAt } = datesFrom(kind, new Date(0), set);
  return (responseDueAt ?? dueAt).getTime() / DAY_MS;
}

/** What the form says of the answer's date, from the same rule that sets it (ADR 0026) and the policies in force. */
export function answerDays(set: Numbers): AnswerDays {
  const days = (kind?: InstrumentKind) => daysUntilAnswer(kind, set);
  return {
    "": days(),
    court_order: days("court_order"),
    subpoena: days("subpoena"),
    warrant: days("warrant"),
    statutory_demand: days("statutory_demand"),
    audit_mandate: days("audit_mandate"),
    epoc: days("epoc"),
  };
}
