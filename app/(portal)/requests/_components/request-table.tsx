import { useLocale, useTranslations } from "next-intl";
import type { Column } from "@/components/ui/table";
import { Unbroken } from "@/components/ui/unbroken";
import type { RequestSummary } from "@/lib/access/requests/answer-schema";
import { TRANSITIONS } from "@/lib/access/rules/transitions";
import { formatCount, orderName } from "@/lib/format";
import { SelectRequest } from "./bulk-withdraw";
import { DueCell } from "./due-cell";

/** Where a row leads: a person's own draft to the form, every other request to its page. */
export function hrefOf(request: RequestSummary, handle: string): string {
  const isOwnDraft = request.state === "draft" && request.requester.handle === handle;
  return isOwnDraft ? `/requests/new?draft=${request.id}` : `/requests/${request.id}`;
}

function Standing({ request }: { request: RequestSummary }) {
  const t = useTranslations("requests.list");
  const domain = useTranslations("domain.requestStates");
  if (request.is_waiting_for_me && request.state === "needs_information") return t("waitingForYou");
  if (request.is_waiting_for_me && request.waiting_for !== "requester")
    return (
      <>
        {domain(request.state)} <span className="block font-medium">{t("waitingForYourDecision")}</span>
      </>
    );
  return domain(request.state);
}

function Authority({ request }: { request: RequestSummary }) {
  const t = useTranslations("requests.list");
  const domain = useTranslations("domain.instruments");
  const { authority } = request;
  if (authority !== undefined)
    return <Unbroken>{orderName(domain(authority.kind), authority.case_number)}</Unbroken>;
  return (
    <span className="text-ink-2">{t(request.state === "draft" ? "notYetAttached" : "noAuthority")}</span>
  );
}

/** States in which the requester can withdraw. */
const OPEN: ReadonlySet<string> = new Set(
  TRANSITIONS.flatMap(([from, , event]) => (event === "withdraw" ? [from] : [])),
);

/** Whether the person can withdraw the request: it is theirs, and no one has decided on it in the last stage. */
function isWithdrawable({ requester, state }: RequestSummary, handle: string): boolean {
  return requester.handle === handle && OPEN.has(state);
}

/** The choice of a row, for a list that has requests which the person can withdraw. */
export function useSelectColumn(
  items: readonly RequestSummary[],
  handle: string,
): readonly Column<RequestSummary>[] {
  const t = useTranslations("requests.list.bulk");
  if (!items.some((one) => isWithdrawable(one, handle))) return [];
  return [
    {
      key: "select",
      head: t("head"),
      isTool: true,
      cell: (one) =>
        isWithdrawable(one, handle) ? <SelectRequest id={one.id} reference={one.reference} /> : null,
    },
  ];
}

/** Requests as rows: reference, legal authority, transactions, state and deadline. Reviewers also see the requester. */
export function useRequestColumns(isReviewer: boolean, nowMs: number): readonly Column<RequestSummary>[] {
  const t = useTranslations("requests");
  const locale = useLocale();
  const requester: readonly Column<RequestSummary>[] = [
    {
      key: "requester",
      head: t("list.column.requester"),
      cell: ({ requester: who }) => (
        <>
          {who.name}, <span className="text-ink-2">{who.organisation}</span>
        </>
      ),
    },
  ];
  const assignee: Column<RequestSummary> = {
    key: "assignee",
    head: t("list.column.assignee"),
    isNamed: true,
    cell: ({ assignee: person }) =>
      person === undefined ? <span className="text-ink-3">–</span> : person.name,
  };
  return [
    {
      key: "reference",
      head: t("list.column.reference"),
      cell: ({ reference }) => reference,
      isTitle: true,
      className: "tablet:whitespace-nowrap",
    },
    {
      key: "authority",
      head: t("list.column.authority"),
      cell: (request) => <Authority request={request} />,
    },
    ...(isReviewer ? requester : []),
    {
      key: "transactions",
      head: t("list.column.transactions"),
      isNumber: true,
      cell: ({ transactions_count: count }) =>
        count === 0 ? <span className="text-ink-2">{t("list.byQuery")}</span> : formatCount(count, locale),
    },
    { key: "state", head: t("list.column.state"), cell: (request) => <Standing request={request} /> },
    ...(isReviewer ? [assignee] : []),
    {
      key: "due",
      head: t("list.column.due"),
      cell: (request) => <DueCell request={request} nowMs={nowMs} />,
    },
  ];
}
