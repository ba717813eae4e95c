import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { type Listed, listPage } from "@/app/(portal)/_kit/list-page";
import { type Params, textsOf } from "@/app/(portal)/_kit/list-query";
import { Withdraw } from "@/app/(portal)/requests/[id]/_components/acts/withdraw";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { Words } from "@/components/messages/words";
import { ButtonLink } from "@/components/ui/button-link";
import { listRequests as list } from "@/lib/access/requests/list-requests";
import { isExecutive, isReviewer as reviews } from "@/lib/access/rules/action-rules";
import { listRequests } from "@/lib/api-client/operations/access";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { BulkRequests } from "./_components/bulk-withdraw";
import {
  addressOf,
  isAskable,
  isFiltered,
  type ListAddress,
  queryOf,
  readAddress,
  viewsFor,
} from "./_components/list-address";
import { ListFilter } from "./_components/list-filter";
import { ListKeys } from "./_components/list-keys";
import { hrefOf, useRequestColumns, useSelectColumn } from "./_components/request-table";

const PAGE_SIZE = 50;
const EMPTY = { items: [], next_cursor: null, total: 0 };

type Requests = Listed<Awaited<ReturnType<typeof load>>>;

/** Executives have a list as well: of the requests that were escalated to them. */
const isReviewer = (principal: Principal): boolean => reviews(principal) || isExecutive(principal);

/** Reads the address with the list, because the default view depends on the person. */
async function load(cx: Context, params: Params) {
  const address = readAddress(params, isReviewer(cx.principal));
  const found = isAskable(address) ? await list(cx, { limit: PAGE_SIZE, ...queryOf(address) }) : EMPTY;
  return { unreadable: undefined, ...found, address };
}

async function savedViews({ value: { address, total }, principal }: Requests) {
  const t = await getTranslations("requests.list");
  return {
    label: t("views"),
    current: address.view,
    views: viewsFor(isReviewer(principal)).map((view) => ({
      key: view,
      label: t(`view.${view}`),
      href: addressOf({ view }),
      ...(view === address.view && !isFiltered(address) ? { count: total } : {}),
    })),
  };
}

async function Actions({ value: { items, address }, principal }: Requests) {
  const t = await getTranslations("requests.list");
  const notices = await getTranslations("notices");
  // The empty list of one's own requests has this button itself.
  const isOffered = items.length > 0 || address.view !== "mine" || isFiltered(address);
  return (
    <>
      {principal.role === "coordinator" && principal.duties.includes("legal") ? (
        <ButtonLink href="/requests/notices" look="secondary" icon="eye">
          {notices("link")}
        </ButtonLink>
      ) : null}
      {principal.role === "coordinator" && principal.duties.includes("compliance") ? (
        <ButtonLink href="/requests/reasons" look="secondary" icon="pencil">
          {t("reasons")}
        </ButtonLink>
      ) : null}
      {isOffered ? (
        <ButtonLink href="/requests/new" look={isReviewer(principal) ? "secondary" : "primary"} icon="plus">
          {t("new")}
        </ButtonLink>
      ) : null}
    </>
  );
}

/** Reviewers see requests of others that cannot be read. Only the requester can withdraw them here. */
function Unreadable({ value: { unreadable, address }, principal }: Requests) {
  const isOwn = !isReviewer(principal) || address.view === "mine";
  return (
    <Words namespaces={["review.withdraw"]}>
      <UnreadableRows
        kind="request"
        rows={unreadable}
        {...(isOwn ? { act: ({ id }) => <Withdraw requestId={id} reference={id} /> } : {})}
      />
    </Words>
  );
}

/** The table with its keys, which it names. */
function WithKeys({ children }: { children: ReactNode }) {
  const t = useTranslations("requests.list");
  return (
    <ListKeys>
      {children}
      <p className="mt-2 hidden text-note text-ink-3 tablet:block print:hidden">{t("keys")}</p>
    </ListKeys>
  );
}

/** Views of requests that wait for the reader. */
const WAITING_VIEWS: readonly ListAddress["view"][] = ["waiting", "assigned", "unassigned"];

/** What an empty view would show, and the next step. */
async function emptyOf(address: ListAddress, principal: Principal) {
  const t = await getTranslations("requests.list");
  const ui = await getTranslations("ui");
  if (isFiltered(address))
    return {
      title: t("empty.filteredTitle"),
      text: t("empty.filteredText"),
      next: (
        <ButtonLink href={addressOf({ view: address.view })} look="secondary">
          {ui("filter.clear")}
        </ButtonLink>
      ),
    };
  if (WAITING_VIEWS.includes(address.view)) {
    const text = isReviewer(principal) ? "empty.waitingTextReviewer" : "empty.waitingTextOfficer";
    return { title: t("empty.waitingTitle"), text: t(text) };
  }
  if (address.view === "decided") return { title: t("empty.decidedTitle"), text: t("empty.decidedText") };
  if (address.view === "all") return { title: t("empty.allTitle"), text: t("empty.allText") };
  return {
    title: t("empty.mineTitle"),
    text: t(principal.role === "coordinator" ? "empty.supportText" : "empty.mineText"),
    next: (
      <ButtonLink href="/requests/new" look="primary" icon="plus">
        {t("new")}
      </ButtonLink>
    ),
  };
}

/** Requests that the reader may know of: saved views, filters in the address, pages by cursor. */
const page = listPage({
  path: "/requests",
  saves: "requests",
  operation: listRequests,
  read: (params) => ({ query: params, given: Object.fromEntries(textsOf(params)) }),
  load,
  live: ["request"],
  title: async () => (await getTranslations("requests"))("title"),
  lead: async ({ value }) => (await getTranslations("requests.list"))("lead", { count: value.total }),
  actions: (requests) => <Actions {...requests} />,
  savedViews,
  filter: ({ value }) => <ListFilter address={value.address} />,
  unreadable: (requests) => <Unreadable {...requests} />,
  around: (rows) => (
    <Words namespaces={["requests.list.bulk"]}>
      <BulkRequests>
        <WithKeys>{rows}</WithKeys>
      </BulkRequests>
    </Words>
  ),
  caption: async () => (await getTranslations("requests"))("title"),
  useColumns: ({ principal, nowMs, value }) => [
    ...useRequestColumns(isReviewer(principal), nowMs),
    ...useSelectColumn(value.items, principal.handle),
  ],
  rowKey: ({ id }) => id,
  href: (request, { principal }) => hrefOf(request, principal.handle),
  empty: ({ value, principal }) => emptyOf(value.address, principal),
});

export const generateMetadata = page.generateMetadata;
export default page.render;
