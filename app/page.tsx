import { Landing } from "@/app/_components/landing";
import { PortalShell } from "@/app/_components/portal-shell";
import { HomePage } from "@/app/(portal)/_home/home-page";
import { readHealth } from "@/lib/http/health/read-health";
import { currentPrincipal } from "@/lib/http/pages/page";

/** The role's home for who is signed in, the front page for everybody else. */
export default async function FrontPage() {
  const principal = await currentPrincipal();
  if (principal === undefined) return <Landing health={await readHealth()} />;
  return (
    <PortalShell principal={principal}>
      <HomePage />
    </PortalShell>
  );
}
