import { getTranslations } from "next-intl/server";
import { LiveRefresh } from "@/components/client/live-refresh";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listReleases as list } from "@/lib/access/executive-release/list-releases";
import { listReleases } from "@/lib/api-client/operations/releases";
import { loadPage } from "@/lib/http/pages/page";
import { ReleaseTable } from "./_components/release-table";

const PATH = "/releases";
const CALL = "/confidential/access/releases";
const LIMIT = 40;
const CURSOR = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function generateMetadata() {
  return { title: (await getTranslations("release"))("title") };
}

/** The executives' desk: answers that are overdue and were escalated to them, and where the release of each stands. */
export default async function ReleasesPage({ searchParams }: PageProps<"/releases">) {
  const t = await getTranslations("release");
  const asked = (await searchParams).cursor;
  const cursor = typeof asked === "string" && CURSOR.test(asked) ? asked : undefined;
  const result = await loadPage(listReleases, CALL, (cx) => list(cx, { cursor, limit: LIMIT }));
  if (!result.ok) return <ProblemPage problem={result.problem} section={{ label: t("title"), href: PATH }} />;
  const { items, next_cursor: next } = result.value;
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      apiCall={{ method: "GET", path: CALL }}
    >
      <LiveRefresh kinds={["request"]} />
      <Section title={t("list")} count={items.length === 0 ? undefined : items.length}>
        <UnreadableRows rows={result.value.unreadable} />
        {items.length === 0 ? (
          <EmptyState title={t("empty.title")} text={t("empty.text")}>
            <ButtonLink href="/requests?view=all" look="secondary">
              {t("empty.all")}
            </ButtonLink>
          </EmptyState>
        ) : (
          <ReleaseTable items={items} nowMs={Date.now()} />
        )}
        <Pager
          first={cursor === undefined ? undefined : PATH}
          next={next === null ? undefined : `${PATH}?cursor=${next}`}
        />
      </Section>
    </PageFrame>
  );
}
