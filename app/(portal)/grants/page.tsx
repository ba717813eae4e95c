import { getTranslations } from "next-intl/server";
import { GrantTable } from "@/app/(portal)/grants/_components/grant-table";
import { LiveRefresh } from "@/components/client/live-refresh";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Pager } from "@/components/ui/pager";
import { EmptyState } from "@/components/ui/states";
import { Views } from "@/components/ui/views";
import { listGrants as list } from "@/lib/access/grants/list-grants";
import { isReviewer } from "@/lib/access/rules/action-rules";
import { listGrants } from "@/lib/api-client/operations/grants";
import type { Principal } from "@/lib/context/principal";
import { isUuid } from "@/lib/crypto/uuid";
import { loadPage } from "@/lib/http/pages/page";

export async function generateMetadata() {
  return { title: (await getTranslations("grants"))("title") };
}

const VIEWS = ["in_force", "ended", "all"] as const;
type View = (typeof VIEWS)[number];
const WORDS = { in_force: "inForce", ended: "ended", all: "all" } as const;
const PAGE = 50;

function viewOf(text: string | string[] | undefined): View {
  return VIEWS.find((view) => view === text) ?? "in_force";
}

function cursorOf(text: string | string[] | undefined): string | undefined {
  return typeof text === "string" && isUuid(text) ? text : undefined;
}

function addressOf(view: View, cursor?: string): string {
  const query = new URLSearchParams({
    ...(view === "in_force" ? {} : { view }),
    ...(cursor === undefined ? {} : { cursor }),
  });
  return query.size === 0 ? "/grants" : `/grants?${query}`;
}

async function Nothing({ view, principal }: { view: View; principal: Principal }) {
  const t = await getTranslations("grants.empty");
  if (view === "ended") return <EmptyState title={t("endedTitle")} text={t("endedText")} />;
  const isStaff = principal.role === "coordinator";
  return (
    <EmptyState
      title={t(view === "all" ? "allTitle" : "inForceTitle")}
      text={t(isStaff ? "inForceReviewer" : "inForceText")}
    >
      <ButtonLink href="/requests" look="secondary" size="form">
        {t("requests")}
      </ButtonLink>
      {isStaff ? null : (
        <ButtonLink href="/requests/new" look="secondary" size="form" icon="plus">
          {t("newRequest")}
        </ButtonLink>
      )}
    </EmptyState>
  );
}

/** Grants the reader may know of: one's own, or for reviewers everybody's. */
export default async function GrantsPage({ searchParams }: PageProps<"/grants">) {
  const t = await getTranslations("grants");
  const search = await searchParams;
  const [view, cursor] = [viewOf(search.view), cursorOf(search.cursor)];
  const result = await loadPage(listGrants, "/confidential/access/grants", (cx) =>
    list(cx, { limit: PAGE, cursor, view }),
  );
  if (!result.ok)
    return <ProblemPage problem={result.problem} section={{ label: t("title"), href: "/grants" }} />;
  const { value, principal } = result;
  const nowMs = Date.now();
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={t("lead")}
      apiCall={{ method: "GET", path: `/confidential/access/grants?view=${view}` }}
    >
      <LiveRefresh kinds={["grant"]} />
      <Views
        label={t("views.label")}
        current={view}
        views={VIEWS.map((key) => ({
          key,
          label: t(`views.${WORDS[key]}`),
          href: addressOf(key),
          ...(key === view ? { count: value.total } : {}),
        }))}
      />
      <UnreadableRows rows={value.unreadable} />
      {value.items.length === 0 ? (
        <Nothing view={view} principal={principal} />
      ) : (
        <GrantTable grants={value.items} nowMs={nowMs} showsHolder={isReviewer(principal)} />
      )}
      <Pager
        first={cursor === undefined ? undefined : addressOf(view)}
        next={value.next_cursor === null ? undefined : addressOf(view, value.next_cursor)}
      />
    </PageFrame>
  );
}
