import { useLocale } from "next-intl";
import { type ReactNode, useId } from "react";
import { Unbroken } from "@/components/ui/unbroken";
import { formatCount } from "@/lib/format";

/** A heading over an ink rule. Never a card. */
export function Section(props: {
  title: ReactNode;
  count?: number | undefined;
  /** A link or small control at the right end of the heading. */
  action?: ReactNode;
  level?: 2 | 3;
  id?: string;
  className?: string;
  children: ReactNode;
}) {
  const locale = useLocale();
  const made = useId();
  const id = props.id ?? made;
  const Heading = props.level === 3 ? "h3" : "h2";
  return (
    <section aria-labelledby={id} className={`mt-8 first:mt-0 ${props.className ?? ""}`}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 border-ink border-b pb-2">
        <Heading id={id} className="font-semibold text-body">
          <Unbroken>{props.title}</Unbroken>
          {props.count === undefined ? null : (
            <span className="ml-3 font-normal text-ink-2">{formatCount(props.count, locale)}</span>
          )}
        </Heading>
        {props.action === undefined ? null : <div className="text-control text-ink-2">{props.action}</div>}
      </div>
      {props.children}
    </section>
  );
}

/** A section of the facts column: smaller, under a hairline. */
export function FactsSection(props: {
  title: ReactNode;
  note?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={`border-line border-t pt-5 pb-6 first:border-t-0 first:pt-0 ${props.className ?? ""}`}
    >
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id={id} className="font-semibold text-body">
          <Unbroken>{props.title}</Unbroken>
        </h2>
        {props.note === undefined ? null : (
          <p className="text-control text-ink-3">
            <Unbroken>{props.note}</Unbroken>
          </p>
        )}
      </div>
      {props.children}
    </section>
  );
}
