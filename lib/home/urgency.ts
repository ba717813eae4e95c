import { type Need, NeedKind } from "@/lib/home/schema";

const RANK = new Map(NeedKind.options.map((kind, index) => [kind, index]));

/** Time left in which a task presses more than one without a due time. */
const PRESSING_MS = 4 * 3_600_000;
/** Work that another person is late with, or that no one waits for, needs no act of the caller now. */
const QUIET: readonly Need["kind"][] = ["answer_overdue", "draft"];

/** Returns how far ahead a task presses: late, within hours, now without a due time, later, not at all. */
function stepOf(need: Need, nowMs: number): number {
  if (QUIET.includes(need.kind)) return 4;
  if (need.is_late) return 0;
  if (need.due_at === undefined) return 2;
  return Date.parse(need.due_at) - nowMs < PRESSING_MS ? 1 : 3;
}

/** Returns when a task is due. Without a due time those of one kind go by how long they have waited. */
function dueOf({ due_at: due, at }: Need, step: number): number {
  return step === 2 ? 0 : Date.parse(due ?? at);
}

/**
 * Sorts tasks, most urgent first: what the caller is late with and what is due within four hours, then what has no due
 * time and presses now, then by due time. Kind and waiting time decide between equals.
 */
export function byUrgency(needs: readonly Need[], nowMs: number): Need[] {
  const compare = (a: Need, b: Need): number => {
    const [one, other] = [stepOf(a, nowMs), stepOf(b, nowMs)];
    return (
      one - other ||
      dueOf(a, one) - dueOf(b, other) ||
      (RANK.get(a.kind) ?? 0) - (RANK.get(b.kind) ?? 0) ||
      Date.parse(a.at) - Date.parse(b.at) ||
      (a.subject.id < b.subject.id ? -1 : 1)
    );
  };
  return [...needs].sort(compare);
}
