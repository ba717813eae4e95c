import type { ReactNode } from "react";

const ring = <circle cx="8" cy="8" r="6.2" />;

const PATHS = {
  warning: <path d="M8 2.2 14.6 13.5H1.4ZM8 6.4v3.4M8 11.4v.6" />,
  check: (
    <>
      {ring}
      <path d="m5.2 8.2 2 2 3.7-4.2" />
    </>
  ),
  tick: <path d="m2.8 8.4 3.4 3.4 7-7.6" />,
  cross: <path d="m3.5 3.5 9 9M12.5 3.5l-9 9" />,
  clock: (
    <>
      {ring}
      <path d="M8 4.4V8l2.3 1.6" />
    </>
  ),
  pause: (
    <>
      {ring}
      <path d="M6.4 5.8v4.4M9.6 5.8v4.4" />
    </>
  ),
  stop: <path d="M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4ZM8 4.8v4M8 10.6v.6" />,
  arrow: <path d="M2.5 8h10.6M9 3.9 13.1 8 9 12.1" />,
  back: <path d="M13.5 8H2.9M7 3.9 2.9 8 7 12.1" />,
  down: <path d="m3.5 6 4.5 4.5L12.5 6" />,
  right: <path d="m6 3.5 4.5 4.5L6 12.5" />,
  copy: <path d="M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3" />,
  nothing: (
    <>
      {ring}
      <path d="M5 8h6" />
    </>
  ),
  open: ring,
  home: <path d="M2.5 7.2 8 2.5l5.5 4.7v6.3h-4v-4h-3v4h-4Z" />,
  chart: <path d="M2 14h12M3.6 11.6V8M8 11.6V3.4M12.4 11.6V6.2" />,
  folder: <path d="M1.8 3.4h4.6l1.4 1.8h6.4v8H1.8Z" />,
  request: <path d="M3.5 1.8h6l3 3v9.4h-9ZM9.5 1.8v3h3M5.8 8h4.4M5.8 10.8h4.4" />,
  grant: (
    <>
      {ring}
      <circle cx="8" cy="8" r="2.8" />
    </>
  ),
  transaction: <path d="M2.2 5.4h11M10.4 2.6l2.8 2.8-2.8 2.8M13.8 10.8h-11M5.6 8 2.8 10.8l2.8 2.8" />,
  bolt: <path d="M9.4 1.6 3.8 9h3.6l-.8 5.4L12.2 7H8.6Z" />,
  archive: <path d="M1.8 2.8h12.4v3.4H1.8ZM3 6.2v7.2h10V6.2M6.2 8.8h3.6" />,
  people: (
    <>
      <circle cx="6" cy="5.2" r="2.4" />
      <path d="M1.4 13.4c.3-2.6 2.2-4 4.6-4s4.3 1.4 4.6 4M10.4 3.1a2.4 2.4 0 0 1 0 4.3M12.2 9.8c1.4.6 2.2 1.9 2.4 3.6" />
    </>
  ),
  comment: <path d="M2 2.8h12v8.4H7l-3 2.6v-2.6H2Z" />,
  log: <path d="M2.2 3.6h11.6M2.2 7h11.6M2.2 10.4h5.4M9.6 11.2l1.6 1.6 2.8-3.2" />,
  bell: <path d="M3.6 11.4V7.2a4.4 4.4 0 0 1 8.8 0v4.2l1.2 1.2H2.4ZM6.6 14.2h2.8" />,
  scales: <path d="M8 2v11.5M4.8 13.5h6.4M3 4.2h10M3 4.2 1.2 9h3.6ZM13 4.2 11.2 9h3.6Z" />,
  help: (
    <>
      {ring}
      <path d="M6.2 6.4a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.6-.8 1.2M8 11.2v.4" />
    </>
  ),
  key: <path d="M6.4 9.6a3.3 3.3 0 1 1 1.4 1.3l-1 1H5.4v1.4H4v1.2H1.8v-2.2ZM10.4 5.4h.1" />,
  person: (
    <>
      <circle cx="8" cy="5" r="2.8" />
      <path d="M2.6 14c.4-3 2.6-4.6 5.4-4.6s5 1.6 5.4 4.6" />
    </>
  ),
  building: (
    <path d="M3.4 13.8V2.4h6.2v11.4M9.6 6.4h3v7.4M1.8 13.8h12.4M5.6 5.2h1.8M5.6 8h1.8M5.6 10.8h1.8" />
  ),
  seal: (
    <path d="M8.0 1.5 9.7 2.8 11.8 2.7 12.4 4.8 14.2 6.0 13.5 8.0 14.2 10.0 12.4 11.2 11.8 13.3 9.7 13.2 8.0 14.5 6.3 13.2 4.2 13.3 3.6 11.2 1.8 10.0 2.5 8.0 1.8 6.0 3.6 4.8 4.2 2.7 6.3 2.8ZM5.7 8.1l1.6 1.6 3-3.3" />
  ),
  shield: <path d="M8 1.8 13.4 3.6v4.2c0 3.2-2.2 5.2-5.4 6.4-3.2-1.2-5.4-3.2-5.4-6.4V3.6Z" />,
  agree: <path d="m1.4 8.6 2.8 2.8 5.8-6.4M7.6 10.8l.6.6L14.4 5" />,
  review: <path d="M2.6 2.6h10.8v10.8H2.6ZM5.2 8.1l2 2 3.6-4" />,
  roster: (
    <path d="M2.6 2.6h10.8v10.8H2.6ZM5.2 5.8h.2M7.4 5.8h3.6M5.2 8h.2M7.4 8h3.6M5.2 10.2h.2M7.4 10.2h3.6" />
  ),
  sliders: (
    <path d="M2 4.8h6.4M11.6 4.8H14M8.4 3.2h3.2v3.2H8.4ZM2 11.2h2.4M7.6 11.2H14M4.4 9.6h3.2v3.2H4.4Z" />
  ),
  search: (
    <>
      <circle cx="6.8" cy="6.8" r="4.6" />
      <path d="m10.2 10.2 3.8 3.8" />
    </>
  ),
  code: <path d="M1.8 2.8h12.4v10.4H1.8ZM4.4 6l2.2 2-2.2 2M8.2 10.4h3" />,
  plus: <path d="M8 2.5v11M2.5 8h11" />,
  pencil: <path d="m2.4 13.6.8-3.4 7.6-7.6 2.6 2.6-7.6 7.6Z" />,
  lock: <path d="M3.4 7.2h9.2v6.6H3.4ZM5.4 7.2V4.8a2.6 2.6 0 0 1 5.2 0v2.4" />,
  download: <path d="M8 2.2v8M4.6 7 8 10.4 11.4 7M2.4 13.6h11.2" />,
  upload: <path d="M8 10.6v-8M4.6 5.8 8 2.4l3.4 3.4M2.4 13.6h11.2" />,
  eye: (
    <>
      <path d="M1.4 8C3 5 5.4 3.6 8 3.6S13 5 14.6 8C13 11 10.6 12.4 8 12.4S3 11 1.4 8Z" />
      <circle cx="8" cy="8" r="2" />
    </>
  ),
  print: <path d="M4.2 5.6V2.2h7.6v3.4M4.2 11.4H2.2V5.6h11.6v5.8h-2M4.2 9.4h7.6v4.4H4.2Z" />,
  external: <path d="M9 2.5h4.5V7M13.2 2.8 7.4 8.6M11.4 9.4v4.1h-9v-9h4.1" />,
  menu: <path d="M2.2 4h11.6M2.2 8h11.6M2.2 12h11.6" />,
  theme: (
    <>
      {ring}
      <path d="M8 1.8v12.4" />
    </>
  ),
  filter: <path d="M2 3.4h12M4.2 8h7.6M6.4 12.6h3.2" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

/** A drawing next to a word. Screen readers do not read it, so it never replaces the word. */
export function Icon({ name, className = "" }: { name: IconName; className?: string }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className={className === "" ? "icon" : `icon ${className}`}>
      {PATHS[name]}
    </svg>
  );
}
