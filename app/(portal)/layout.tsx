import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { PortalShell } from "@/app/_components/portal-shell";
import { currentPrincipal } from "@/lib/http/pages/page";

/** Everything signed-in people see. Who is not signed in goes to the sign-in page and comes back. */
export default async function PortalLayout({ children }: { children: ReactNode }) {
  const principal = await currentPrincipal();
  if (principal === undefined) {
    const to = (await headers()).get("x-path") ?? "/";
    redirect(`/sign-in?to=${encodeURIComponent(to)}`);
  }
  return <PortalShell principal={principal}>{children}</PortalShell>;
}
