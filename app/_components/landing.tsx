import { Audiences } from "@/app/_components/audiences";
import { Hero } from "@/app/_components/hero";
import { PageFooter } from "@/app/_components/page-footer";
import { SiteHeader } from "@/components/layout/site-header";
import type { Health } from "@/lib/http/health/read-health";

/** What somebody sees who is not signed in. */
export function Landing({ health }: { health: Health }) {
  return (
    <div className="flex min-h-[calc(100dvh-28px)] flex-col">
      <SiteHeader />
      <main id="content" tabIndex={-1} className="flex grow flex-col justify-between outline-none">
        <Hero />
        <Audiences />
      </main>
      <PageFooter health={health} />
    </div>
  );
}
