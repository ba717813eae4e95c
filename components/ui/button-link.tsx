import type { ReactNode } from "react";

const LOOKS = {
  primary: "border-accent bg-accent text-on-accent hover:border-ink",
  secondary: "border-edge bg-sheet text-ink hover:border-ink",
};

export const BUTTON =
  "inline-flex min-h-touch items-center gap-2 rounded-control border px-4 text-body font-medium tablet:min-h-[40px]";

/** A link that looks like a control. One primary a page. */
export function ButtonLink(props: { href: string; look: keyof typeof LOOKS; children: ReactNode }) {
  return (
    <a href={props.href} className={`${BUTTON} ${LOOKS[props.look]}`}>
      {props.children}
    </a>
  );
}
