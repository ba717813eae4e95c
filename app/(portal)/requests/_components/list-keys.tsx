"use client";

import { type ReactNode, useEffect, useRef } from "react";

const STEPS: Readonly<Record<string, number>> = { j: 1, k: -1 };

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches("input, select, textarea") ||
      target.closest("dialog") !== null)
  );
}

/** The direction of a key; undefined for other keys and where text is typed. */
function stepOf(event: KeyboardEvent): number | undefined {
  if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return undefined;
  return STEPS[event.key];
}

/** Focuses the next row, or the first when none is; at either end it stays. */
function moveFrom(links: readonly HTMLElement[], step: number): void {
  const at = links.findIndex((link) => link.contains(document.activeElement));
  const wanted = at === -1 ? 0 : at + step;
  const link = links[Math.min(Math.max(wanted, 0), links.length - 1)];
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

/** Lets j and k move the focus from row to row of the table inside. Enter opens the focused link. */
export function ListKeys({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = stepOf(event);
      const links = [...(box.current?.querySelectorAll<HTMLElement>("tbody th a") ?? [])];
      if (step === undefined || links.length === 0) return;
      event.preventDefault();
      moveFrom(links, step);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <div ref={box} className="[&_tbody_tr:has(th_a:focus-visible)]:bg-accent-wash">
      {children}
    </div>
  );
}
