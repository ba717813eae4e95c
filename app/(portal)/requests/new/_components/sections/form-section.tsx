import { type ReactNode, useId } from "react";

/** One section of the page: number, name and one line of help at the left, its controls at the right. */
export function FormSection(props: {
  number: number;
  title: ReactNode;
  help: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="grid gap-x-6 gap-y-4 border-line border-t py-5 first:border-ink first:pt-4 drawn:grid-cols-[192px_minmax(0,1fr)]"
    >
      <div className="flex gap-3">
        <span aria-hidden="true" className="text-body text-ink-3">
          {props.number}
        </span>
        <div>
          <h2 id={id} className="font-semibold text-body">
            {props.title}
          </h2>
          <p className="mt-1 text-note text-ink-2">{props.help}</p>
        </div>
      </div>
      <div className="min-w-0">{props.children}</div>
    </section>
  );
}
