import type { ReactNode } from "react";

/** Section name and one line of help at the left, its controls at the right. */
export function FormRow({ title, help, children }: { title: string; help: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-8 gap-y-3 border-line border-b py-6 tablet:grid-cols-[220px_minmax(0,560px)]">
      <div>
        <h2 className="font-semibold text-body">{title}</h2>
        <p className="mt-1 text-control text-ink-2">{help}</p>
      </div>
      <div className="min-w-0 space-y-4">{children}</div>
    </div>
  );
}
