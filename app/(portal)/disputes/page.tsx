import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { DisputeTable } from "@/app/(portal)/disputes/_components/dispute-table";
import { LiveRefresh } from "@/components/client/live-refresh";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Pager } from "@/components/ui/pager";
import { EmptyState } from "@/components/ui/states";
import { Views } from "@/components/ui/views";
import { listDisputes } from "@/lib/api-client/operations/disputes";
import { listDisputes as list } from "@/lib/disputes/list-disputes";
import { DisputeListView, DisputeQuery } from "@/lib/disputes/schema";
import { loadPage } from "@/lib/http/pages/page";

export async function generateMetadata() {
  return { title: (await getTranslations("disputes"))("title") };
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

const EMPTY = {
  open: ["openTitle", "openText"],
  mine: ["mineTitle", "mineText"],
  resolved: ["resolvedTitle", "resolvedText"],
  all: ["openTitle", "openText"],
} as const;

/** Disputes the reader may know of, by saved view. */
export default async function DisputesPage({ searchParams }: PageProps<"/disputes">) {
  const t = await getTranslations("disputes");
  const given = await searchParams;
  const ofTransaction = DisputeQuery.shape.transaction_id.safeParse(textOf(given.transaction)).data;
  const view = DisputeListView.catch("open").parse(textOf(given.view) ?? "open");
  const cursor = textOf(given.cursor);
  const query = DisputeQuery.parse({
    view,
    ...(cursor === undefined ? {} : { cursor }),
    ...(ofTransaction === undefined ? {} : { transaction_id: ofTransaction }),
  });
  const result = await loadPage(listDisputes, "/confidential/disputes", (cx) => list(cx, query));
  if (!result.ok)
    return <ProblemPage problem={result.problem} section={{ label: t("title"), href: "/disputes" }} />;
  const { value, principal } = result;
  // A transaction has one live dispute: its link leads there.
  const [only, another] = value.items;
  if (ofTransaction !== undefined && only !== undefined && another === undefined)
    redirect(`/disputes/${only.id}`);
  const isParty = principal.role === "client" || principal.role === "miner";
  const [title, text] = EMPTY[view];
  const href = (key: string): string => (key === "open" ? "/disputes" : `/disputes?view=${key}`);
  const views = [
    { key: "open", label: t("views.open"), href: href("open") },
    { key: "mine", label: t(isParty ? "views.mineParty" : "views.mineSupport"), href: href("mine") },
    { key: "resolved", label: t("views.resolved"), href: href("resolved") },
  ];
  const { items, next_cursor: next } = value;
  const nextHref = next === null ? undefined : `/disputes?view=${view}&cursor=${next}`;
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={t(isParty ? "leadParty" : "lead")}
      apiCall={{ method: "GET", path: `/confidential/disputes?view=${view}` }}
    >
      <LiveRefresh kinds={["dispute"]} />
      <Views label={t("views.label")} views={views} current={view} />
      <UnreadableRows rows={value.unreadable} />
      {items.length === 0 ? (
        <EmptyState
          title={t(`empty.${title}`)}
          text={t(view === "mine" && isParty ? "empty.minePartyText" : `empty.${text}`)}
        >
          <ButtonLink href="/transactions" look="secondary">
            {t("empty.transactions")}
          </ButtonLink>
        </EmptyState>
      ) : (
        <DisputeTable disputes={items} />
      )}
      <Pager first={cursor === undefined ? undefined : href(view)} next={nextHref} />
    </PageFrame>
  );
}
