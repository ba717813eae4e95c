import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { FindCall, MAX_WORDS } from "@/app/developers/_components/find-call";
import { OperationList } from "@/app/developers/_components/operation-list";
import { PartTable } from "@/app/developers/_components/part-table";
import { Start } from "@/app/developers/_components/start";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { operationsByTag } from "@/lib/api-client/openapi/reference";
import { readHealth } from "@/lib/http/health/read-health";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("developers"))("title") };
}

const LINK = "text-accent underline underline-offset-4";

/** Lists the calls that contain all of the words, grouped by part. */
async function Found({ words }: { words: string }) {
  const t = await getTranslations("developers");
  const found = operationsByTag(words);
  const count = found.reduce((total, { operations }) => total + operations.length, 0);
  const all = (
    <Link href="/developers" prefetch={false} className={LINK}>
      {t("search.all")}
    </Link>
  );
  if (count === 0)
    return (
      <EmptyState title={t("search.none")} text={t("search.noneText")}>
        {all}
      </EmptyState>
    );
  return (
    <>
      <p role="status" className="mt-3 text-control text-ink-2">
        {t("search.found", { count })} {all}
      </p>
      {found.map(({ tag, operations }) => (
        <Section
          key={tag.slug}
          id={tag.slug}
          title={
            <Link href={`/developers/${tag.slug}`} prefetch={false} className="underline underline-offset-4">
              <span lang="en">{tag.name}</span>
            </Link>
          }
          count={operations.length}
        >
          <p lang="en" className="py-3 text-body text-ink-2">
            {tag.description}
          </p>
          <OperationList tag={tag} operations={operations} />
        </Section>
      ))}
    </>
  );
}

/** Shows how a program begins, the parts of the API with a page each, and a search over all calls. */
export default async function DevelopersPage({
  searchParams,
}: {
  searchParams: Promise<{ q?: string | string[] }>;
}) {
  const [health, t, { q }] = await Promise.all([readHealth(), getTranslations("developers"), searchParams]);
  const words = (typeof q === "string" ? q : "").slice(0, MAX_WORDS).trim();
  const parts = operationsByTag();
  return (
    <SitePage current="developers" title={t("title")} lead={t("lead")} health={health}>
      {words === "" ? (
        <>
          <Start isEvaluation={health.assurance === "evaluation"}>
            <search className="mt-10 block">
              <FindCall words={words} />
            </search>
          </Start>
          <Section title={t("parts")} count={parts.length}>
            <PartTable parts={parts} />
          </Section>
        </>
      ) : (
        <>
          <search className="block">
            <FindCall words={words} />
          </search>
          <Found words={words} />
        </>
      )}
      <p className="mt-6 text-control text-ink-2">{t("english")}</p>
    </SitePage>
  );
}
