const NAMES = ["issuer", "case_number", "valid_from", "valid_until"] as const;

/** One fact of the order that two people read differently. */
export interface Mismatch {
  readonly name: (typeof NAMES)[number];
  readonly typed: string;
  readonly other: string;
  /** Whose reading the other one is: the order as the officer typed it, or the first decider. */
  readonly by: "order" | "first";
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

/** The facts that differ, by the problem's member `mismatch`. */
export function mismatchesOf(problem: Readonly<Record<string, unknown>>): Mismatch[] {
  const facts = membersOf(problem.mismatch);
  return NAMES.flatMap((name): Mismatch[] => {
    const fact = membersOf(facts.get(name));
    const typed = fact.get("typed");
    const by = fact.has("first") ? "first" : "order";
    const other = fact.get(by);
    return typeof typed === "string" && typeof other === "string" ? [{ name, typed, other, by }] : [];
  });
}
