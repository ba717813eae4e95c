import { getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listPreservations as list } from "@/lib/access/preservations/list-preservations";
import { PreservationQuery } from "@/lib/access/preservations/schema";
import { listPreservations } from "@/lib/api-client/operations/preservations";
import { loadPage } from "@/lib/http/pages/page";
import { oneOf } from "../_components/filter/read-filter";
import { HoldTable } from "./_components/hold-table";
import { PlaceHold } from "./_components/place-hold";

const PATH = "/audit/holds";
const CALL = "/confidential/access/preservations";
const LIMIT = "40";

export async function generateMetadata() {
  return { title: (await getTranslations("keeping.holds"))("title") };
}

/** Legal holds: the list of those one may know of, and the form that places one. */
export default async function HoldsPage({ searchParams }: PageProps<"/audit/holds">) {
  const t = await getTranslations("keeping.holds");
  const retention = await getTranslations("keeping.retention");
  const audit = await getTranslations("audit");
  const cursor = oneOf(await searchParams, "cursor");
  const isCursor = /^[\w-]{1,40}$/.test(cursor);
  const query = PreservationQuery.parse({ limit: LIMIT, ...(isCursor ? { cursor } : {}) });
  const result = await loadPage(listPreservations, CALL, (cx) => list(cx, query));
  const section = { label: audit("title"), href: "/audit" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { items, next_cursor: next } = result.value;
  return (
    <PageFrame
      crumbs={[section, { label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      actions={
        <ButtonLink href="/audit/retention" look="secondary" size="bar" icon="clock">
          {retention("action")}
        </ButtonLink>
      }
      apiCall={{ method: "GET", path: CALL }}
    >
      <Section title={t("list")}>
        <UnreadableRows rows={result.value.unreadable} />
        {items.length === 0 ? (
          <EmptyState title={t("empty.title")} text={t("empty.text")} />
        ) : (
          <HoldTable items={items} />
        )}
        <Pager
          first={isCursor ? PATH : undefined}
          next={next === null ? undefined : `${PATH}?cursor=${next}`}
        />
      </Section>
      <Section title={t("place.title")}>
        <PlaceHold />
      </Section>
    </PageFrame>
  );
}
