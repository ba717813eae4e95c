import type { ReactNode } from "react";
import { PageFooter } from "@/app/_components/page-footer";
import { PortalShell } from "@/app/_components/portal-shell";
import { type Crumb, PageFrame } from "@/components/layout/page-frame";
import { SiteHeader, type SitePlace } from "@/components/layout/site-header";
import type { Health } from "@/lib/http/health/read-health";
import { currentPrincipal } from "@/lib/http/pages/page";

interface SitePageProps {
  readonly current: SitePlace;
  /** The pages above this one, from the top. */
  readonly above?: readonly Crumb[];
  readonly title: ReactNode;
  readonly lead: ReactNode;
  readonly actions?: ReactNode;
  readonly health: Health;
  readonly children: ReactNode;
}

/** A public page. A signed-in person sees it in the portal's frame. */
export async function SitePage(props: SitePageProps) {
  const principal = await currentPrincipal();
  if (principal === undefined) return <OpenPage {...props} />;
  const { above = [], title, lead, actions, children } = props;
  return (
    <PortalShell principal={principal}>
      <PageFrame crumbs={[...above, { label: title }]} title={title} lead={lead} actions={actions}>
        {children}
      </PageFrame>
    </PortalShell>
  );
}

function OpenPage(props: SitePageProps) {
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
