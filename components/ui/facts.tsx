import type { ReactNode } from "react";

export interface Fact {
  readonly name: ReactNode;
  readonly value: ReactNode;
  /** Tells facts with equal names apart. */
  readonly key?: string;
}

/**
 * Names and values. `spread` puts the value at the right edge (facts column), `aligned` at a common left edge
 * (main column).
 */
export function Facts({ facts, look = "spread" }: { facts: readonly Fact[]; look?: "spread" | "aligned" }) {
  const row = look === "spread" ? "justify-between" : "";
  const name = look === "spread" ? "" : "w-40 shrink-0";
  const value = look === "spread" ? "text-right" : "";
  return (
    <dl className="text-control">
      {facts.map((fact) => (
        <div key={fact.key ?? String(fact.name)} className={`flex flex-wrap gap-x-4 py-[5px] ${row}`}>
          <dt className={`text-ink-2 ${name}`}>{fact.name}</dt>
          <dd className={`min-w-0 break-words ${value}`}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
