import type { Metadata } from "next";
import { headers } from "next/headers";
import { SiteHeader } from "@/components/layout/site-header";
import { StatePage } from "@/components/layout/state-page";
import { translations } from "@/components/messages/translate";
import { ButtonLink } from "@/components/ui/button-link";

const t = translations("notFound");

export const metadata: Metadata = { title: t("title") };

export default async function NotFound() {
  const requestId = (await headers()).get("x-request-id");
  return (
    <>
      <SiteHeader />
      <StatePage
        icon="nothing"
        title={t("title")}
        text={t("text")}
        facts={requestId === null ? [] : [{ name: t("requestId"), value: requestId, isCode: true }]}
      >
        <ButtonLink href="/" look="secondary">
          {t("action")}
        </ButtonLink>
      </StatePage>
    </>
  );
}
