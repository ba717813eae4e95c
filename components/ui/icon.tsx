import type { ReactNode } from "react";

export type IconName = "warning" | "check" | "clock" | "stop" | "arrow" | "copy" | "nothing";

const PATHS: Readonly<Record<IconName, ReactNode>> = {
  warning: <path d="M8 2.2 14.6 13.5H1.4ZM8 6.4v3.4M8 11.4v.6" />,
  check: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="m5.2 8.2 2 2 3.7-4.2" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M8 4.4V8l2.3 1.6" />
    </>
  ),
  stop: <path d="M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4ZM8 4.8v4M8 10.6v.6" />,
  arrow: <path d="M2.5 8h10.6M9 3.9 13.1 8 9 12.1" />,
  copy: <path d="M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3" />,
  nothing: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M5 8h6" />
    </>
  ),
};

/** A drawing beside a word, never instead of one: it is hidden from screen readers. */
export function Icon({ name, className = "" }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinejoin="round"
      strokeLinecap="round"
      aria-hidden="true"
      focusable="false"
      className={`shrink-0 ${className}`}
    >
      {PATHS[name]}
    </svg>
  );
}
