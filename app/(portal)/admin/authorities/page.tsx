import { getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listAuthorities } from "@/lib/api-client/operations/authorities";
import { listAuthorities as list } from "@/lib/authorities/registry/list-authorities";
import { loadPage } from "@/lib/http/pages/page";
import { AuthorityTable } from "./_components/authority-table";
import { RegisterAuthority } from "./_components/register-authority";

const PATH = "/admin/authorities";
const CALL = "/confidential/admin/authorities";
const LIMIT = 40;
const CURSOR = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function generateMetadata() {
  return { title: (await getTranslations("authority"))("title") };
}

/** Keys and trust anchors that signed orders rest on: the list, what one may do with each, and the form that registers one. */
export default async function AuthoritiesPage({ searchParams }: PageProps<"/admin/authorities">) {
  const t = await getTranslations("authority");
  const asked = (await searchParams).cursor;
  const cursor = typeof asked === "string" && CURSOR.test(asked) ? asked : undefined;
  const result = await loadPage(listAuthorities, CALL, (cx) => list(cx, { cursor, limit: LIMIT }));
  const section = { label: t("title"), href: PATH };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { items, unreadable, next_cursor: next } = result.value;
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      apiCall={{ method: "GET", path: CALL }}
    >
      <Section title={t("list")}>
        <UnreadableRows rows={unreadable} />
        {items.length === 0 ? (
          <EmptyState title={t("empty.title")} text={t("empty.text")} />
        ) : (
          <AuthorityTable items={items} />
        )}
        <Pager
          first={cursor === undefined ? undefined : PATH}
          next={next === null ? undefined : `${PATH}?cursor=${next}`}
        />
      </Section>
      <Section title={t("register.title")}>
        <RegisterAuthority kind="key" />
      </Section>
      <Section title={t("register.anchorTitle")}>
        <RegisterAuthority kind="anchor" />
      </Section>
    </PageFrame>
  );
}
