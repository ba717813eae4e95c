import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { InvitationDesk } from "@/app/invitation/_components/invitation-desk";
import { SheetPage } from "@/components/layout/sheet-page";
import { Words } from "@/components/messages/words";
import { Notice } from "@/components/ui/states";
import { currentPrincipal } from "@/lib/http/pages/page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("invitation"))("title"), robots: "noindex" };
}

/** The page of an invitation link, where a person sets up their first sign-in. The token is in the fragment and never reaches the server. */
export default async function InvitationPage() {
  const [principal, t] = await Promise.all([currentPrincipal(), getTranslations("invitation")]);
  return (
    <Words namespaces={["invitation"]}>
      <SheetPage title={t("title")} lead={t("lead")}>
        {principal === undefined ? null : (
          <Notice tone="amber" icon="warning" className="mt-4">
            {t("signedInAs", { name: principal.name })}
          </Notice>
        )}
        <div className="mt-6">
          <InvitationDesk />
        </div>
      </SheetPage>
    </Words>
  );
}
