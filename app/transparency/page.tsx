import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { QuarterTable } from "@/app/transparency/_components/quarter-table";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { EmptyState } from "@/components/ui/states";
import { readHealth } from "@/lib/http/health/read-health";
import { getRuntime } from "@/lib/runtime/slot";
import { readTransparency } from "@/lib/transparency/get-transparency";
import { publicationOf, quarterOf } from "@/lib/transparency/quarter";
import { SMALLEST } from "@/lib/transparency/suppress";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("transparency"))("title") };
}

/** Public figures of completed quarters. Shows the newest quarter unless the address names another. */
export default async function TransparencyPage({
  searchParams,
}: {
  searchParams: Promise<{ quarter?: string | string[] }>;
}) {
  const [health, runtime, t, { quarter: wanted }] = await Promise.all([
    readHealth(),
    getRuntime(),
    getTranslations("transparency"),
    searchParams,
  ]);
  const reports = await readTransparency(runtime);
  const shown = reports.find(({ quarter }) => quarter === wanted) ?? reports[0];
  return (
    <SitePage
      current="transparency"
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead", { smallest: SMALLEST })}</p>}
      health={health}
      actions={
        reports.length < 2 ? undefined : (
          <nav aria-label={t("quarters")} className="flex flex-wrap gap-2">
            {reports.map(({ quarter }) => (
              <Link
                key={quarter}
                href={`/transparency?quarter=${quarter}`}
                prefetch={false}
                aria-current={quarter === shown?.quarter ? "page" : undefined}
                className={`inline-flex min-h-touch items-center rounded-control border bg-sheet px-3 font-medium text-control tablet:min-h-bar ${quarter === shown?.quarter ? "border-accent text-accent" : "border-edge hover:border-ink"}`}
              >
                {quarter}
              </Link>
            ))}
          </nav>
        )
      }
    >
      {shown === undefined ? (
        <EmptyState
          title={t("none.title")}
          text={t.rich("none.text", {
            day: () => (
              <LocalTime instant={publicationOf(quarterOf(runtime.clock.now())).toISOString()} form="day" />
            ),
          })}
        />
      ) : (
        <>
          <QuarterTable figures={shown.figures} />
          <p className="mt-4 max-w-[80ch] text-control text-ink-2">{t("rest")}</p>
          <p className="mt-2 text-control text-ink-2">
            {t("published")} <LocalTime instant={shown.published_at} form="day" />. {t("digest")}:{" "}
            <Digest value={shown.digest} />
          </p>
        </>
      )}
    </SitePage>
  );
}
