import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { RefreshButton } from "@/components/layout/page-controls";
import { ButtonLink } from "@/components/ui/button-link";
import { listQuarantine } from "@/lib/api-client/operations/quarantine";
import { listQuarantine as load } from "@/lib/audit/reading/list-quarantine";
import type { Principal } from "@/lib/context/principal";
import { useQuarantineColumns } from "./_components/quarantine-table";

/** Administrators read this list and not the log. */
const readsLog = (principal: Principal | undefined): boolean => principal?.role !== "admin";

async function Actions({ principal }: { principal: Principal }) {
  const t = await getTranslations("audit");
  return (
    <>
      <RefreshButton>{t("refresh")}</RefreshButton>
      {readsLog(principal) ? (
        <ButtonLink href="/audit/verify" look="secondary" size="bar" icon="check">
          {t("verify.title")}
        </ButtonLink>
      ) : null}
    </>
  );
}

/** Quarantined entries: what each is, and who dismissed it. */
const page = listPage({
  path: "/audit/quarantine",
  operation: listQuarantine,
  load,
  cursor: /^[\w-]{1,40}$/,
  title: async () => (await getTranslations("keeping.quarantine"))("title"),
  above: async (principal) =>
    readsLog(principal) ? { label: (await getTranslations("audit"))("title"), href: "/audit" } : undefined,
  lead: async () => (await getTranslations("keeping.quarantine"))("lead"),
  actions: ({ principal }) => <Actions principal={principal} />,
  caption: async () => (await getTranslations("keeping.quarantine"))("list"),
  useColumns: useQuarantineColumns,
  rowKey: ({ entry_id: id }) => id,
  empty: async () => {
    const t = await getTranslations("keeping.quarantine.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
