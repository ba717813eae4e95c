import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { ReturnDesk } from "@/app/sign-in/return/_components/return-desk";
import { Mark } from "@/components/layout/mark";
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
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto flex max-w-[620px] flex-col px-4 py-8 outline-none tablet:py-10"
      >
        <Link
          href="/"
          prefetch={false}
          className="-ml-1 flex min-h-touch items-center gap-3 self-start px-1 font-semibold text-lead tracking-tight"
        >
          <Mark size={28} />
          Sealport
        </Link>
        <h1 className="mt-8 font-semibold text-title tracking-tight">{t("title")}</h1>
        <div className="mt-6">
          <ReturnDesk />
        </div>
      </main>
    </Words>
  );
}
