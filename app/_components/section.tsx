import type { ReactNode } from "react";

/** A heading over an ink rule. */
export function Section(props: { id: string; title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <section
      id={props.id}
      aria-labelledby={`${props.id}-title`}
      className="px-4 pt-12 tablet:px-14 tablet:pt-16"
    >
      <div className="border-ink border-b pb-3">
        <h2 id={`${props.id}-title`} className="font-semibold text-title tracking-tight">
          {props.title}
        </h2>
        {props.lead === undefined ? null : <div className="mt-1 text-body text-ink-2">{props.lead}</div>}
      </div>
      {props.children}
    </section>
  );
}
