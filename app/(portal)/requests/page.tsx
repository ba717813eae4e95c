import { getTranslations } from "next-intl/server";
import { Withdraw } from "@/app/(portal)/requests/[id]/_components/acts/withdraw";
import { LiveRefresh } from "@/components/client/live-refresh";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Words } from "@/components/messages/words";
import { ButtonLink } from "@/components/ui/button-link";
import { Pager } from "@/components/ui/pager";
import { type SavedView, Views } from "@/components/ui/views";
import { listRequests as list } from "@/lib/access/requests/list-requests";
import { isExecutive, isReviewer as reviews } from "@/lib/access/rules/action-rules";
import { listRequests } from "@/lib/api-client/operations/access";
import { currentPrincipal, loadPage } from "@/lib/http/pages/page";
import { EmptyList } from "./_components/empty-list";
import {
  addressOf,
  isAskable,
  isFiltered,
  type ListAddress,
  readAddress,
  searchesOf,
  viewsFor,
} from "./_components/list-address";
import { ListFilter } from "./_components/list-filter";
import { ListKeys } from "./_components/list-keys";
import { RequestTable } from "./_components/request-table";

const PATH = "/confidential/access/requests";
const PAGE_SIZE = 50;

interface PageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export async function generateMetadata() {
  const t = await getTranslations("requests");
  return { title: t("title") };
}

function queryOf(address: ListAddress) {
  const { view, state, purpose, reference, sort, cursor } = address;
  return {
    limit: PAGE_SIZE,
    view,
    sort,
    ...(state === "" ? {} : { state }),
    ...(purpose === "" ? {} : { purpose }),
    ...(reference === "" ? {} : { reference }),
    ...searchesOf(address),
    ...(cursor === "" ? {} : { cursor }),
  };
}

const EMPTY = { items: [], unreadable: undefined, next_cursor: null, total: 0 };

async function savedViews(isReviewer: boolean, address: ListAddress, total: number): Promise<SavedView[]> {
  const t = await getTranslations("requests.list.view");
  return viewsFor(isReviewer).map((view) => ({
    key: view,
    label: t(view),
    href: addressOf({ view }),
    ...(view === address.view && !isFiltered(address) ? { count: total } : {}),
  }));
}

/** The requests a person may know of: saved views, filters in the address, pages by cursor. */
export default async function RequestsPage({ searchParams }: PageProps) {
  const t = await getTranslations("requests");
  const notices = await getTranslations("notices");
  const principal = await currentPrincipal();
  const isLawyer = principal?.role === "coordinator" && principal.duties.includes("legal");
  // The executive has a list as well: of what has been escalated so far, and nothing else of others.
  const isReviewer = principal !== undefined && (reviews(principal) || isExecutive(principal));
  const address = readAddress(await searchParams, isReviewer);
  const found = await loadPage(listRequests, PATH, async (cx) =>
    isAskable(address) ? list(cx, queryOf(address)) : EMPTY,
  );
  if (!found.ok)
    return <ProblemPage problem={found.problem} section={{ label: t("title"), href: "/requests" }} />;
  const { items, unreadable, next_cursor: next, total } = found.value;
  const { handle, role } = found.principal;
  const call = new URLSearchParams(
    Object.entries(queryOf(address)).map(([name, value]) => [name, String(value)]),
  );
  const isEmpty = items.length === 0;
  const canAskHere = !(isEmpty && address.view === "mine" && !isFiltered(address));
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={t("list.lead", { count: total })}
      actions={
        <>
          {isLawyer ? (
            <ButtonLink href="/requests/notices" look="secondary" icon="eye">
              {notices("link")}
            </ButtonLink>
          ) : null}
          {canAskHere ? (
            <ButtonLink href="/requests/new" look={isReviewer ? "secondary" : "primary"} icon="plus">
              {t("list.new")}
            </ButtonLink>
          ) : null}
        </>
      }
      apiCall={{ method: "GET", path: `${PATH}?${call}` }}
    >
      <LiveRefresh kinds={["request"]} />
      <Views
        label={t("list.views")}
        views={await savedViews(isReviewer, address, total)}
        current={address.view}
      />
      <ListFilter address={address} />
      <Words namespaces={["review"]}>
        <UnreadableRows
          kind="request"
          rows={unreadable}
          // Reviewers see others' requests here, which they cannot withdraw.
          {...(isReviewer && address.view !== "mine"
            ? {}
            : { act: ({ id }) => <Withdraw requestId={id} reference={id} /> })}
        />
      </Words>
      {isEmpty ? (
        <EmptyList address={address} isReviewer={isReviewer} isStaff={role === "coordinator"} />
      ) : (
        <ListKeys>
          <RequestTable requests={items} handle={handle} isReviewer={isReviewer} nowMs={Date.now()} />
          <p className="mt-2 hidden text-note text-ink-3 tablet:block print:hidden">{t("list.keys")}</p>
        </ListKeys>
      )}
      <Pager
        {...(address.cursor === "" ? {} : { first: addressOf({ ...address, cursor: "" }) })}
        {...(next === null ? {} : { next: addressOf({ ...address, cursor: next }) })}
      />
    </PageFrame>
  );
}
