import { getTranslations } from "next-intl/server";
import { FilterForm } from "@/app/(portal)/transactions/_components/filter-form";
import {
  addressOf,
  type ListAddress,
  queryOf,
  readAddress,
} from "@/app/(portal)/transactions/_components/list-query";
import { type Row, TransactionTable } from "@/app/(portal)/transactions/_components/transaction-table";
import { LiveRefresh } from "@/components/client/live-refresh";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Pager } from "@/components/ui/pager";
import { EmptyState } from "@/components/ui/states";
import { type SavedView, Views } from "@/components/ui/views";
import { listTransactions } from "@/lib/api-client/operations/transactions";
import { loadPage } from "@/lib/http/pages/page";
import { listForReader } from "@/lib/transactions/read/list-for-reader";
import type { TransactionStatus } from "@/lib/transactions/schema";

export async function generateMetadata() {
  return { title: (await getTranslations("transactions"))("title") };
}

const VIEWS: readonly (TransactionStatus | "")[] = ["", "processing", "completed", "disputed"];
const ALL = { job_id: "", participant: "", from: "", to: "", cursor: "", isMine: false } as const;

async function savedViews(address: ListAddress, isParty: boolean): Promise<[SavedView[], string]> {
  const t = await getTranslations("transactions.views");
  const states = VIEWS.map((status) => ({
    key: status === "" ? "all" : status,
    label: t(isParty && status === "" ? "allOwn" : VIEW_WORDS[status]),
    href: addressOf({ ...ALL, status }),
  }));
  const mine = { key: "mine", label: t("mine"), href: addressOf({ ...ALL, status: "", isMine: true }) };
  const views = isParty ? states : [...states.slice(0, 1), mine, ...states.slice(1)];
  const isPlain = addressOf({ ...address, cursor: "" }) === addressOf({ ...ALL, status: address.status });
  const current = address.isMine ? "mine" : isPlain ? address.status || "all" : "";
  return [views, current];
}

const VIEW_WORDS = {
  "": "all",
  created: "all",
  processing: "processing",
  completed: "completed",
  settled: "all",
  failed: "all",
  disputed: "disputed",
} as const;

/** What a list without rows says: nothing yet, or nothing that fits. */
async function Nothing({ isFiltered, isParty, isMine }: Readonly<Record<string, boolean>>) {
  const t = await getTranslations("transactions.empty");
  if (isMine === true)
    return (
      <EmptyState title={t("mineTitle")} text={t("mineText")}>
        <ButtonLink href="/requests/new" look="secondary">
          {t("ask")}
        </ButtonLink>
      </EmptyState>
    );
  if (isFiltered === true)
    return (
      <EmptyState title={t("filteredTitle")} text={t("filteredText")}>
        <ButtonLink href="/transactions" look="secondary">
          {t("all")}
        </ButtonLink>
      </EmptyState>
    );
  return <EmptyState title={t("title")} text={t(isParty === true ? "partyText" : "staffText")} />;
}

/** Transactions the reader may know of: metadata always, and how each stands to him. */
export default async function TransactionsPage({ searchParams }: PageProps<"/transactions">) {
  const t = await getTranslations("transactions");
  const address = readAddress(await searchParams);
  const query = queryOf(address);
  const result = await loadPage(listTransactions, "/confidential/transactions", (cx) =>
    listForReader(cx, query ?? {}, address.isMine),
  );
  if (!result.ok)
    return <ProblemPage problem={result.problem} section={{ label: t("title"), href: "/transactions" }} />;
  const { principal, value } = result;
  const isParty = principal.role === "client" || principal.role === "miner";
  const [views, current] = await savedViews(address, isParty);
  const rows: Row[] = query === undefined ? [] : [...value.rows];
  const next = value.next_cursor === null ? undefined : addressOf(address, { cursor: value.next_cursor });
  const isFiltered = addressOf(address) !== "/transactions";
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={t(isParty ? "leadParty" : "lead")}
      actions={
        isParty ? (
          <ButtonLink href="/transactions/new" look="primary" icon="plus">
            {t("new")}
          </ButtonLink>
        ) : undefined
      }
      apiCall={{ method: "GET", path: "/confidential/transactions" }}
    >
      <LiveRefresh kinds={["transaction", "grant"]} />
      <Views label={t("views.label")} views={views} current={current} />
      {address.isMine ? null : <FilterForm address={address} isWrong={query === undefined} />}
      <UnreadableRows rows={query === undefined ? undefined : value.unreadable} />
      {rows.length === 0 ? (
        <Nothing isFiltered={isFiltered} isParty={isParty} isMine={address.isMine} />
      ) : (
        <TransactionTable rows={rows} />
      )}
      <Pager
        first={address.cursor === "" ? undefined : addressOf(address, { cursor: "" })}
        next={query === undefined ? undefined : next}
      />
    </PageFrame>
  );
}
