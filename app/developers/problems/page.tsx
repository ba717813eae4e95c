import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { BackToCalls } from "@/app/developers/_components/back-to-calls";
import { ProblemTable } from "@/app/developers/_components/problem-table";
import { Section } from "@/components/ui/section";
import { ALL_PROBLEMS } from "@/lib/api-client/problems";
import { readHealth } from "@/lib/http/health";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("developers"))("codes.title") };
}

/** Every problem code that a call can answer. */
export default async function ProblemsPage() {
  const [health, t] = await Promise.all([readHealth(), getTranslations("developers")]);
  return (
    <SitePage
      current="developers"
      title={t("codes.title")}
      lead={
        <>
          <p className="max-w-[80ch]">{t("codes.lead")}</p>
          <BackToCalls />
        </>
      }
      health={health}
    >
      <Section title={t("codes.count")} count={ALL_PROBLEMS.length}>
        <ProblemTable caption={t("codes.title")} problems={ALL_PROBLEMS} />
      </Section>
    </SitePage>
  );
}
