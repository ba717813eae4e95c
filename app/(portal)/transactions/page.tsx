import { getTranslations } from "next-intl/server";
import { type Listed, listPage } from "@/app/(portal)/_kit/list-page";
import { FilterForm } from "@/app/(portal)/transactions/_components/filter-form";
import {
  addressOf,
  type ListAddress,
  queryOf,
  readAddress,
} from "@/app/(portal)/transactions/_components/list-query";
import { type Row, useTransactionColumns } from "@/app/(portal)/transactions/_components/transaction-table";
import { ButtonLink } from "@/components/ui/button-link";
import { listTransactions } from "@/lib/api-client/operations/transactions";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { listForReader } from "@/lib/transactions/read/list-for-reader";

const ALL = { job_id: "", participant: "", from: "", to: "", cursor: "", isMine: false } as const;
const VIEWS = ["processing", "completed", "disputed"] as const;

const isParty = ({ role }: Pick<Principal, "role">): boolean => role === "client" || role === "miner";

/** An invalid filter finds no transactions, and the form names the fault. */
async function load(cx: Context, address: ListAddress) {
  const query = queryOf(address);
  const found = await listForReader(cx, query ?? {}, address.isMine);
  const items: readonly Row[] = query === undefined ? [] : found.rows;
  return { items, next_cursor: query === undefined ? null : found.next_cursor };
}
type Transactions = Listed<Awaited<ReturnType<typeof load>>>;

function read(params: Transactions["params"]) {
  const address = readAddress(params);
  const { isMine, ...texts } = address;
  const given = Object.entries(texts).filter(([, text]) => text !== "");
  return { query: address, given: Object.fromEntries(isMine ? [...given, ["view", "mine"]] : given) };
}

async function savedViews({ params, principal }: Transactions) {
  const t = await getTranslations("transactions.views");
  const address = readAddress(params);
  const hrefOf = (change: Partial<ListAddress>) => addressOf({ ...ALL, status: "", ...change });
  const states = VIEWS.map((status) => ({ key: status, label: t(status), href: hrefOf({ status }) }));
  const all = { key: "all", label: t(isParty(principal) ? "allOwn" : "all"), href: hrefOf({}) };
  const mine = { key: "mine", label: t("mine"), href: hrefOf({ isMine: true }) };
  const isPlain = addressOf({ ...address, cursor: "" }) === hrefOf({ status: address.status });
  const current = address.isMine ? "mine" : isPlain ? address.status || "all" : "";
  return {
    label: t("label"),
    current,
    views: isParty(principal) ? [all, ...states] : [all, mine, ...states],
  };
}

async function NewTransaction({ principal }: Transactions) {
  if (!isParty(principal)) return null;
  const t = await getTranslations("transactions");
  return (
    <ButtonLink href="/transactions/new" look="primary" icon="plus">
      {t("new")}
    </ButtonLink>
  );
}

function Filter({ params }: Transactions) {
  const address = readAddress(params);
  return address.isMine ? null : <FilterForm address={address} isWrong={queryOf(address) === undefined} />;
}

/** Transactions that the reader may know of: metadata always, and the reader's access to each. */
const page = listPage({
  path: "/transactions",
  saves: "transactions",
  operation: listTransactions,
  read,
  load,
  live: ["transaction", "grant"],
  title: async () => (await getTranslations("transactions"))("title"),
  lead: async ({ principal }) =>
    (await getTranslations("transactions"))(isParty(principal) ? "leadParty" : "lead"),
  actions: (transactions) => <NewTransaction {...transactions} />,
  savedViews,
  filter: (transactions) => <Filter {...transactions} />,
  caption: async () => (await getTranslations("transactions.table"))("caption"),
  useColumns: useTransactionColumns,
  rowKey: ({ view }) => view.transaction_id,
  href: ({ view }) => `/transactions/${view.transaction_id}`,
  empty: async ({ params, principal }) => {
    const t = await getTranslations("transactions.empty");
    const address = readAddress(params);
    const link = (href: string, label: string) => (
      <ButtonLink href={href} look="secondary">
        {label}
      </ButtonLink>
    );
    if (principal.role === "admin") return { title: t("hiddenTitle"), text: t("hiddenText") };
    if (address.isMine)
      return { title: t("mineTitle"), text: t("mineText"), next: link("/requests/new", t("ask")) };
    if (addressOf(address) !== "/transactions")
      return { title: t("filteredTitle"), text: t("filteredText"), next: link("/transactions", t("all")) };
    return { title: t("title"), text: t(isParty(principal) ? "partyText" : "staffText") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
