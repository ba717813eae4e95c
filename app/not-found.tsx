import type { Metadata } from "next";
import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import { SiteHeader } from "@/components/layout/site-header";
import { StatePage } from "@/components/layout/state-page";
import { buttonClass } from "@/components/ui/button";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("notFound"))("title") };
}

export default async function NotFound() {
  const [requestId, t] = await Promise.all([
    headers().then((head) => head.get("x-request-id")),
    getTranslations("notFound"),
  ]);
  return (
    <>
      <SiteHeader />
      <StatePage
        icon="nothing"
        title={t("title")}
        text={t("text")}
        facts={requestId === null ? [] : [{ name: t("requestId"), value: requestId, isCode: true }]}
      >
        <a href="/" className={buttonClass("secondary")}>
          {t("action")}
        </a>
      </StatePage>
    </>
  );
}
