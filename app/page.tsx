import { Audiences } from "@/app/_components/audiences";
import { Hero } from "@/app/_components/hero";
import { PageFooter } from "@/app/_components/page-footer";
import { PortalShell } from "@/app/_components/portal-shell";
import { HomePage, loadHome } from "@/app/(portal)/_home/home-page";
import { SiteHeader } from "@/components/layout/site-header";
import { type Health, readHealth } from "@/lib/http/health/read-health";
import { currentPrincipal } from "@/lib/http/pages/page";

/** The home page of a signed-in person's role, otherwise the public front page. */
export default async function FrontPage() {
  const principal = await currentPrincipal();
  if (principal === undefined) return <Landing health={await readHealth()} />;
  const home = loadHome();
  // The home has the counts of the rail: they are not read a second time.
  const counts = home.then((result) => (result.ok ? result.value.counts : {}));
  return (
    <PortalShell principal={principal} counts={counts}>
      <HomePage coming={home} />
    </PortalShell>
  );
}

/** The public front page. */
function Landing({ health }: { health: Health }) {
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
