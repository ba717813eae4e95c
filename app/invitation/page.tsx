import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { InvitationDesk } from "@/app/invitation/_components/invitation-desk";
import { Mark } from "@/components/layout/mark";
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
        <p className="mt-1 text-body text-ink-2">{t("lead")}</p>
        {principal === undefined ? null : (
          <Notice tone="amber" icon="warning" className="mt-4">
            {t("signedInAs", { name: principal.name })}
          </Notice>
        )}
        <div className="mt-6">
          <InvitationDesk />
        </div>
      </main>
    </Words>
  );
}
