import type { ReactNode } from "react";
import { Icon, type IconName } from "@/components/ui/icon";
import { Unbroken } from "@/components/ui/unbroken";

export interface TimelineItem {
  readonly key: string;
  readonly icon: IconName;
  readonly tone?: "ink" | "accent" | "amber" | "oxblood";
  readonly text: ReactNode;
  readonly detail?: ReactNode;
  readonly time: ReactNode;
}

const TONES = {
  ink: "text-ink",
  accent: "text-accent",
  amber: "text-amber",
  oxblood: "text-oxblood",
} as const;

/** What happened, in order, joined by a hairline. */
export function Timeline({ items }: { items: readonly TimelineItem[] }) {
  return (
    <ol className="text-control">
      {items.map((item) => (
        <li key={item.key} className="group flex gap-3">
          <span className="flex flex-col items-center pt-2">
            <Icon name={item.icon} className={TONES[item.tone ?? "ink"]} />
            <span aria-hidden="true" className="mt-1 w-px grow bg-line-2 group-last:hidden" />
          </span>
          <span className="flex min-w-0 grow flex-wrap items-baseline justify-between gap-x-4 py-2">
            <span className="min-w-0 grow basis-[220px] break-words">
              <Unbroken>{item.text}</Unbroken>
              {item.detail === undefined ? null : (
                <span className="block text-ink-2">
                  <Unbroken>{item.detail}</Unbroken>
                </span>
              )}
            </span>
            <span className="basis-full text-ink-3 tablet:basis-auto">{item.time}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
