import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { OperationList } from "@/app/developers/_components/operation-list";
import { Start } from "@/app/developers/_components/start";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { operationsByTag } from "@/lib/api-client/openapi/reference";
import { readHealth } from "@/lib/http/health/read-health";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("developers"))("title") };
}

const MAX_WORDS = 200;

/** Every call of the API by its part; with words, those that have all of them. */
export default async function DevelopersPage({
  searchParams,
}: {
  searchParams: Promise<{ q?: string | string[] }>;
}) {
  const [health, t, { q }] = await Promise.all([readHealth(), getTranslations("developers"), searchParams]);
  const words = (typeof q === "string" ? q : "").slice(0, MAX_WORDS).trim();
  const found = operationsByTag(words);
  const count = found.reduce((total, { operations }) => total + operations.length, 0);
  return (
    <SitePage current="developers" title={t("title")} lead={t("lead")} health={health}>
      {words === "" ? <Start isEvaluation={health.assurance === "evaluation"} /> : null}
      <search className="mt-8 block first:mt-0">
        <form action="/developers" className="flex max-w-[640px] flex-wrap items-end gap-3">
          <div className="min-w-0 grow">
            <label htmlFor="q" className="block font-medium text-control">
              {t("search.label")}
            </label>
            <p id="q-help" className="text-note text-ink-2">
              {t("search.help")}
            </p>
            <input
              id="q"
              name="q"
              type="search"
              defaultValue={words}
              maxLength={MAX_WORDS}
              aria-describedby="q-help"
              className="mt-1 min-h-touch w-full rounded-field border border-edge bg-sheet px-3 text-body tablet:min-h-form"
            />
          </div>
          <Button type="submit" look="secondary">
            {t("search.act")}
          </Button>
        </form>
        {words === "" ? null : (
          <p role="status" className="mt-3 text-control text-ink-2">
            {t("search.found", { count })}{" "}
            <Link href="/developers" prefetch={false} className="text-accent underline underline-offset-4">
              {t("search.all")}
            </Link>
          </p>
        )}
      </search>
      {count === 0 ? <EmptyState title={t("search.none")} text={t("search.noneText")} /> : null}
      <p className="mt-6 text-control text-ink-2">{t("english")}</p>
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
          <OperationList tag={tag} operations={operations} />
        </Section>
      ))}
    </SitePage>
  );
}
