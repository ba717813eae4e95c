import { headers } from "next/headers";
import { Audiences } from "@/app/_components/audiences";
import { CheckSection } from "@/app/_components/check-section";
import { Hero } from "@/app/_components/hero";
import { PageFooter } from "@/app/_components/page-footer";
import { StateSection } from "@/app/_components/state-section";
import { WorksSection } from "@/app/_components/works-section";
import { SiteHeader } from "@/components/layout/site-header";
import { readHealth } from "@/lib/http/health";

const HOST = /^[A-Za-z0-9.:[\]-]{1,255}$/;

/** The address the reader used, for commands to copy. A Host header of another form is not repeated. */
function addressOf(request: Headers): string {
  const host = request.get("host") ?? "";
  const isSecure = request.get("x-forwarded-proto") === "https";
  return HOST.test(host) ? `${isSecure ? "https" : "http"}://${host}` : "http://localhost:3000";
}

export default async function LandingPage() {
  const [health, request] = await Promise.all([readHealth(), headers()]);
  const readAt = new Date().toISOString();
  return (
    <>
      <SiteHeader />
      <main id="content" tabIndex={-1} className="outline-none">
        <Hero />
        <Audiences />
        <StateSection health={health} readAt={readAt} />
        <WorksSection address={addressOf(request)} isEvaluation={health.assurance === "evaluation"} />
        <CheckSection />
      </main>
      <PageFooter health={health} />
    </>
  );
}
