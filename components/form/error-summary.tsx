"use client";

import { useEffect, useRef } from "react";

export interface FormError {
  /** Id of the control; absent for errors that belong to no control. */
  readonly id?: string;
  readonly text: string;
}

/**
 * All errors of a form at its head; takes the focus each time new ones arrive, and leads to each control. With
 * `attempt` only a new attempt takes the focus, so that corrected errors may leave the list meanwhile.
 */
export function ErrorSummary(props: { title: string; errors: readonly FormError[]; attempt?: number }) {
  const { title, errors } = props;
  const box = useRef<HTMLElement>(null);
  const hasErrors = errors.length > 0;
  const trigger = props.attempt ?? errors;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is left of an attempt takes no focus
  useEffect(() => {
    if (hasErrors) box.current?.focus();
  }, [trigger]);
  if (errors.length === 0) return null;
  return (
    <section
      ref={box}
      tabIndex={-1}
      role="alert"
      aria-label={title}
      className="mb-6 border-2 border-oxblood px-4 py-3"
    >
      <h2 className="font-semibold text-lead">{title}</h2>
      <ul className="mt-1">
        {errors.map((error) => (
          <li key={`${error.id ?? ""}|${error.text}`} className="py-1 text-body text-oxblood">
            {error.id === undefined ? (
              error.text
            ) : (
              <a
                href={`#${error.id}`}
                className="underline underline-offset-4"
                onClick={(event) => follow(event, error.id)}
              >
                {error.text}
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Moves the focus itself: a hash in the address would be kept in the history of the form. */
function follow(event: { preventDefault(): void }, id: string | undefined): void {
  const control = id === undefined ? null : document.getElementById(id);
  if (control === null) return;
  event.preventDefault();
  control.scrollIntoView({ block: "center" });
  control.focus();
}
