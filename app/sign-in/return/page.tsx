import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ReturnDesk } from "@/app/sign-in/return/_components/return-desk";
import { SheetPage } from "@/components/layout/sheet-page";
import { Words } from "@/components/messages/words";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("signin.return"))("title"), robots: "noindex" };
}

/**
 * Where an identity provider sends the browser back to. The provider's answer is read by the page and sent in a call of
 * this site, so that no cookie has to be sent with a request that another site began.
 */
export default async function ReturnPage() {
  const t = await getTranslations("signin.return");
  return (
    <Words namespaces={["signin"]}>
      <SheetPage title={t("title")}>
        <div className="mt-6">
          <ReturnDesk />
        </div>
      </SheetPage>
    </Words>
  );
}
