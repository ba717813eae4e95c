import { useLocale } from "next-intl";
import type { ReactNode } from "react";
import { Unbroken } from "@/components/ui/unbroken";
import { formatDecimal } from "@/lib/format";

export interface Fact {
  readonly name: ReactNode;
  readonly value: ReactNode;
  /** Tells facts with equal names apart. */
  readonly key?: string;
}

const LOOKS = {
  // A long value is read from the left on lines of its own; one with a second line below it stays at the right edge.
  spread: { row: "flex-wrap justify-between", name: "", value: "has-[>.block]:text-right" },
  aligned: { row: "flex-wrap", name: "w-40 shrink-0", value: "tablet:grow tablet:basis-56" },
  narrow: { row: "flex-wrap facts:flex-nowrap", name: "w-32 shrink-0 break-words", value: "grow" },
} as const;

/**
 * Names and values. `spread` puts values at the right edge (facts column). `aligned` puts them at a common left edge
 * (main column). `narrow` does the same in a drawer: long values break and stay next to their names.
 */
export function Facts({ facts, look = "spread" }: { facts: readonly Fact[]; look?: keyof typeof LOOKS }) {
  const locale = useLocale();
  const { row, name, value } = LOOKS[look];
  return (
    <dl className="text-control">
      {facts.map((fact) => (
        <div key={fact.key ?? String(fact.name)} className={`flex items-baseline gap-x-4 py-[5px] ${row}`}>
          <dt className={`text-ink-2 ${name}`}>{fact.name}</dt>
          <dd className={`min-w-0 break-words ${value}`}>
            <Unbroken>
              {typeof fact.value === "number" ? formatDecimal(String(fact.value), locale) : fact.value}
            </Unbroken>
          </dd>
        </div>
      ))}
    </dl>
  );
}
