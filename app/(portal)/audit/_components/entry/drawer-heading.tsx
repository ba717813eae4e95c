"use client";

import { type ReactNode, useEffect, useRef } from "react";

/** Title of the drawer; takes the focus when another entry is opened in place, so that reading continues there. */
export function DrawerHeading({ entry, children }: { entry: number; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (before.current === entry) return;
    // A page that was loaded with its entry keeps the focus where the browser puts it.
    const isFirstLoad = before.current === undefined && document.activeElement === document.body;
    before.current = entry;
    if (!isFirstLoad) heading.current?.focus();
  }, [entry]);
  return (
    <h2 ref={heading} tabIndex={-1} className="font-semibold text-lead">
      {children}
    </h2>
  );
}
