import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { listCases as load } from "@/lib/access/cases/list-cases";
import { listCases } from "@/lib/api-client/operations/cases";
import { useCaseColumns } from "./_components/case-table";

/** The cases that the reader may know of. A case is everything about one order. */
const page = listPage({
  path: "/cases",
  saves: "cases",
  operation: listCases,
  load,
  live: ["request", "grant"],
  title: async () => (await getTranslations("cases"))("title"),
  lead: async ({ value }) => (await getTranslations("cases"))("lead", { count: value.total }),
  views: {
    keys: ["all", "in_force", "deciding", "closed"],
    words: async () => {
      const t = await getTranslations("cases.views");
      const names = { all: t("all"), in_force: t("in_force"), deciding: t("deciding"), closed: t("closed") };
      return { label: t("label"), names };
    },
  },
  caption: async () => (await getTranslations("cases.table"))("caption"),
  useColumns: useCaseColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/cases/${id}`,
  empty: async ({ view, principal }) => {
    const t = await getTranslations("cases.empty");
    if (view !== "all") return { title: t("filteredTitle"), text: t("filteredText") };
    return { title: t("title"), text: t(principal.role === "coordinator" ? "staff" : "officer") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
