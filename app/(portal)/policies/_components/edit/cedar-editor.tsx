"use client";

import { type ReactNode, type RefObject, useRef } from "react";
import type { FieldControl } from "@/components/form/field";
import type { PolicyFault } from "@/lib/policies/schema";

/** Both layers break their lines at the same places. */
const TEXT = "whitespace-pre-wrap px-3 py-2 font-mono text-control leading-6 [overflow-wrap:anywhere]";

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Returns where a fault is in the text. Without a length it is the word at its place. */
export function spanOf(text: string, { line, column, length }: PolicyFault): Span | undefined {
  if (line === null || column === null) return undefined;
  const before = text.split("\n").slice(0, line - 1);
  // Columns count characters, which may be two units of the text.
  const own = [...(text.split("\n")[line - 1] ?? "")].slice(0, column - 1).join("");
  const from = before.reduce((sum, one) => sum + one.length + 1, 0) + own.length;
  const rest = text.slice(from);
  const marked = length > 0 ? [...rest].slice(0, length).join("") : (/^\W*\w*/.exec(rest)?.[0] ?? "");
  return { from, to: from + Math.max(1, marked.length) };
}

function underlined(text: string, faults: readonly PolicyFault[]): ReactNode[] {
  const spans = faults
    .map((fault) => spanOf(text, fault))
    .filter((span) => span !== undefined)
    .sort((a, b) => a.from - b.from);
  const parts: ReactNode[] = [];
  let at = 0;
  for (const { from, to } of spans) {
    if (from < at) continue;
    parts.push(text.slice(at, from));
    parts.push(
      <span key={from} className="underline decoration-oxblood decoration-wavy underline-offset-4">
        {text.slice(from, to)}
      </span>,
    );
    at = to;
  }
  return [...parts, text.slice(at)];
}

/** Takes the caret to a fault. */
export function goTo(area: RefObject<HTMLTextAreaElement | null>, fault: PolicyFault): void {
  const control = area.current;
  const span = control === null ? undefined : spanOf(control.value, fault);
  if (control === null || span === undefined) return;
  control.focus();
  control.setSelectionRange(span.from, span.to);
}

/** Cedar text to write, with a wavy line under the characters at fault. */
export function CedarEditor(props: {
  control: FieldControl;
  area: RefObject<HTMLTextAreaElement | null>;
  text: string;
  faults: readonly PolicyFault[];
  onText: (text: string) => void;
}) {
  const { control, area, text, faults, onText } = props;
  const layer = useRef<HTMLDivElement>(null);
  const rows = Math.max(8, text.split("\n").length + 1);
  return (
    <div className="relative rounded-control border border-edge bg-sheet focus-within:border-ink">
      <div
        ref={layer}
        aria-hidden="true"
        className={`pointer-events-none absolute inset-0 overflow-hidden text-transparent ${TEXT}`}
      >
        {underlined(text, faults)}
      </div>
      <textarea
        {...control}
        ref={area}
        value={text}
        rows={rows}
        maxLength={8_000}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        onChange={(event) => onText(event.target.value)}
        onScroll={(event) => {
          if (layer.current !== null) layer.current.scrollTop = event.currentTarget.scrollTop;
        }}
        className={`relative block w-full bg-transparent text-ink ${TEXT}`}
      />
    </div>
  );
}
