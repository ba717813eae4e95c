import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { listCases as load } from "@/lib/access/cases/list-cases";
import { listCases } from "@/lib/api-client/operations/cases";
import { useCaseColumns } from "./_components/case-table";

/** Finds by number or issuer. It is a plain form: what is typed becomes a part of the address only here. */
function FindCase({ q, view }: { q: string; view: string | undefined }) {
  const t = useTranslations("cases.find");
  return (
    <search aria-label={t("label")} className="mb-4 print:hidden">
      <form action="/cases" className="flex flex-wrap items-end gap-3">
        {view === undefined ? null : <input type="hidden" name="view" value={view} />}
        <Field id="find-case" label={t("text")}>
          {(control) => (
            <TextInput {...control} name="q" defaultValue={q} maxLength={200} autoComplete="off" />
          )}
        </Field>
        <Button type="submit" icon="search">
          {t("act")}
        </Button>
        {q === "" ? null : (
          <ButtonLink href="/cases" look="quiet" size="form">
            {t("clear")}
          </ButtonLink>
        )}
      </form>
    </search>
  );
}

/** Cases that the reader may know of: everything about one order. */
const page = listPage({
  path: "/cases",
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
  filter: ({ given, view }) => <FindCase q={given.q ?? ""} view={view} />,
  caption: async () => (await getTranslations("cases.table"))("caption"),
  useColumns: useCaseColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/cases/${id}`,
  empty: async ({ given, view, principal }) => {
    const t = await getTranslations("cases.empty");
    if (given.q !== undefined || view !== "all")
      return { title: t("filteredTitle"), text: t("filteredText") };
    return { title: t("title"), text: t(principal.role === "coordinator" ? "staff" : "officer") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
