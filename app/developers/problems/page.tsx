import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { BackToCalls } from "@/app/developers/_components/part-frame";
import { ProblemTable } from "@/app/developers/_components/problem-codes";
import { Section } from "@/components/ui/section";
import { Unbroken } from "@/components/ui/unbroken";
import { meaningOf } from "@/lib/api-client/openapi/components";
import { ALL_PROBLEMS } from "@/lib/api-client/problems";
import { readHealth } from "@/lib/http/health/read-health";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("developers"))("codes.title") };
}

const STATUSES = [...new Set(ALL_PROBLEMS.map(({ status }) => status))];

/** Every problem code that a call can answer, by status. */
export default async function ProblemsPage() {
  const [health, t] = await Promise.all([readHealth(), getTranslations("developers")]);
  return (
    <SitePage
      current="developers"
      above={[{ href: "/developers", label: t("title") }]}
      title={t("codes.title")}
      lead={
        <>
          <p className="max-w-[80ch]">{t("codes.lead")}</p>
          <BackToCalls />
        </>
      }
      health={health}
    >
      <nav aria-label={t("codes.title")} className="mb-8 flex flex-wrap gap-x-4 print:hidden">
        {STATUSES.map((status) => (
          <a
            key={status}
            href={`#${status}`}
            className="inline-flex min-h-touch items-center underline underline-offset-4 tablet:min-h-bar"
          >
            {status}
          </a>
        ))}
      </nav>
      {STATUSES.map((status) => (
        <Section
          key={status}
          id={String(status)}
          title={
            <span lang="en">
              <Unbroken>{`${status}: ${meaningOf(status)}`}</Unbroken>
            </span>
          }
        >
          <ProblemTable
            caption={`${t("codes.count")} ${status}`}
            problems={ALL_PROBLEMS.filter((problem) => problem.status === status)}
          />
        </Section>
      ))}
    </SitePage>
  );
}
