import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { ButtonLink } from "@/components/ui/button-link";
import { listDisputes } from "@/lib/api-client/operations/disputes";
import type { Principal } from "@/lib/context/principal";
import { listDisputes as load } from "@/lib/disputes/list-disputes";
import { useDisputeColumns } from "./_components/dispute-table";

const isParty = ({ role }: Pick<Principal, "role">): boolean => role === "client" || role === "miner";

/** Disputes that the reader may know of, by saved view. */
const page = listPage({
  path: "/disputes",
  operation: listDisputes,
  load,
  // A link from a transaction leads to the one open dispute of that transaction.
  onRead: ({ value: { items }, given }) => {
    const [only, another] = items;
    if (given.transaction_id !== undefined && only !== undefined && another === undefined)
      redirect(`/disputes/${only.id}`);
  },
  live: ["dispute"],
  title: async () => (await getTranslations("disputes"))("title"),
  lead: async ({ principal }) =>
    (await getTranslations("disputes"))(isParty(principal) ? "leadParty" : "lead"),
  views: {
    keys: ["open", "mine", "resolved"],
    words: async ({ principal }) => {
      const t = await getTranslations("disputes.views");
      const mine = t(isParty(principal) ? "mineParty" : "mineSupport");
      return { label: t("label"), names: { open: t("open"), mine, resolved: t("resolved") } };
    },
  },
  caption: async () => (await getTranslations("disputes.table"))("caption"),
  useColumns: useDisputeColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/disputes/${id}`,
  empty: async ({ view, principal }) => {
    const t = await getTranslations("disputes.empty");
    const next = (
      <ButtonLink href="/transactions" look="secondary">
        {t("transactions")}
      </ButtonLink>
    );
    if (view === "resolved") return { title: t("resolvedTitle"), text: t("resolvedText"), next };
    if (view === "mine")
      return {
        title: t("mineTitle"),
        text: t(isParty(principal) ? "minePartyText" : "mineText"),
        next,
      };
    return { title: t("openTitle"), text: t("openText"), next };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
