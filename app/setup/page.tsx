import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PortalShell } from "@/app/_components/portal-shell";
import { ReadinessPage } from "@/app/setup/_components/readiness-page";
import { SetupDesk } from "@/app/setup/_components/setup-desk";
import { SheetPage } from "@/components/layout/sheet-page";
import { Words } from "@/components/messages/words";
import { currentPrincipal } from "@/lib/http/pages/page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("setup"))("short"), robots: "noindex" };
}

/** Before anyone can sign in, the steps of the printed link. For administrators, what real data still needs. */
export default async function SetupPage() {
  const [principal, t] = await Promise.all([currentPrincipal(), getTranslations("setup")]);
  if (principal !== undefined)
    return (
      <PortalShell principal={principal}>
        <Words namespaces={["setup"]}>
          <ReadinessPage />
        </Words>
      </PortalShell>
    );
  return (
    <Words namespaces={["setup", "invitation"]}>
      <SheetPage title={t("title")} lead={t("begin.lead")}>
        <div className="mt-6">
          <SetupDesk />
        </div>
      </SheetPage>
    </Words>
  );
}
