"use client";

import { useEffect, useState } from "react";

const AFTER_MS = 400;

/** A line that says what is being fetched, after 400 ms; before that nothing moves. No grey boxes. */
export function Loading({ text }: { text: string }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p role="status" className="flex min-h-row items-center gap-3 text-body text-ink-2">
      {isShown ? (
        <>
          <span aria-hidden="true" className="h-1 w-16 bg-accent" />
          {text}
        </>
      ) : null}
    </p>
  );
}
