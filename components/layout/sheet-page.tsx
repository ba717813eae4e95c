import Link from "next/link";
import type { ReactNode } from "react";
import { Mark } from "@/components/layout/mark";

/** A page before or outside the portal's places, with one task: a link's first sign-in, a set-up, the way back from a provider. */
export function SheetPage(props: { title: string; lead?: string; children: ReactNode }) {
  const { title, lead, children } = props;
  return (
    <main
      id="content"
      tabIndex={-1}
      className="mx-auto flex max-w-[620px] flex-col px-4 py-8 outline-none tablet:py-10"
    >
      <Link
        href="/"
        prefetch={false}
        className="-ml-1 flex min-h-touch items-center gap-3 self-start px-1 font-semibold text-lead tracking-tight"
      >
        <Mark size={28} />
        Sealport
      </Link>
      <h1 className="mt-8 font-semibold text-title tracking-tight">{title}</h1>
      {lead === undefined ? null : <p className="mt-1 text-body text-ink-2">{lead}</p>}
      {children}
    </main>
  );
}
