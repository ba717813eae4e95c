import { type Need, NeedKind } from "@/lib/home/schema";

const RANK = new Map(NeedKind.options.map((kind, index) => [kind, index]));

/** When a need presses: its due time where it has one, else how long it has waited. */
function pressing(need: Need): number {
  return Date.parse(need.due_at ?? need.at);
}

/**
 * Compares tasks, most urgent first: what the caller is late with, then by kind, then by time. Work that another person
 * is late with needs no act of the caller, and keeps the place of its kind.
 */
export function byUrgency(a: Need, b: Need): number {
  const late = (need: Need): number => (need.is_late && need.kind !== "answer_overdue" ? 0 : 1);
  return (
    late(a) - late(b) ||
    (RANK.get(a.kind) ?? 0) - (RANK.get(b.kind) ?? 0) ||
    pressing(a) - pressing(b) ||
    (a.subject.id < b.subject.id ? -1 : 1)
  );
}
