import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { PortalShell } from "@/app/_components/portal-shell";
import { ReadinessPage } from "@/app/setup/_components/readiness-page";
import { SetupDesk } from "@/app/setup/_components/setup-desk";
import { Mark } from "@/components/layout/mark";
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
        <p className="mt-1 text-body text-ink-2">{t("begin.lead")}</p>
        <div className="mt-6">
          <SetupDesk />
        </div>
      </main>
    </Words>
  );
}
