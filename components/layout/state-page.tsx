import type { ReactNode } from "react";
import { Icon, type IconName } from "@/components/ui/icon";

interface StateFact {
  readonly name: string;
  readonly value: ReactNode;
  readonly isCode?: boolean;
}

/** A page that shows only a state: what happened, what did not happen, the number to quote, and the next step. */
export function StatePage(props: {
  icon: IconName;
  title: string;
  text: string;
  facts: readonly StateFact[];
  children: ReactNode;
}) {
  return (
    <main id="content" tabIndex={-1} className="px-4 py-12 outline-none tablet:px-14 tablet:py-16">
      <div className="max-w-[640px] border-ink border-t pt-6">
        <h1 className="flex items-center gap-3 font-semibold text-title tracking-tight">
          <Icon name={props.icon} className="size-5" />
          {props.title}
        </h1>
        <p className="mt-2 text-ink-2 text-lead">{props.text}</p>
        <dl className="mt-4 grid gap-2 text-control">
          {props.facts.map((fact) => (
            <div key={fact.name} className="flex flex-wrap gap-x-4">
              <dt className="w-44 shrink-0 text-ink-3">{fact.name}</dt>
              <dd className={fact.isCode ? "wrap-anywhere font-mono" : ""}>{fact.value}</dd>
            </div>
          ))}
        </dl>
        <div className="mt-6">{props.children}</div>
      </div>
    </main>
  );
}
