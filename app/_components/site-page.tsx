import type { ReactNode } from "react";
import { PageFooter } from "@/app/_components/page-footer";
import { SiteHeader, type SitePlace } from "@/components/layout/site-header";
import type { Health } from "@/lib/http/health";

/** A page that everybody may read, signed in or not. */
export function SitePage(props: {
  current: SitePlace;
  title: string;
  lead: ReactNode;
  actions?: ReactNode;
  health: Health;
  children: ReactNode;
}) {
  return (
    <div className="flex min-h-[calc(100dvh-28px)] flex-col">
      <SiteHeader current={props.current} />
      <main id="content" tabIndex={-1} className="min-w-0 grow px-4 pt-7 outline-none tablet:px-14">
        <div className="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
          <div className="min-w-0">
            <h1 className="font-semibold text-title tracking-tight">{props.title}</h1>
            <div className="mt-1 max-w-[100ch] text-body text-ink-2">{props.lead}</div>
          </div>
          {props.actions}
        </div>
        {props.children}
      </main>
      <PageFooter health={props.health} />
    </div>
  );
}
