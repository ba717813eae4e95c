import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { ButtonLink } from "@/components/ui/button-link";
import { listAgreements as load } from "@/lib/administration/agreements/list-agreements";
import { listAgreements } from "@/lib/api-client/operations/administration/agreements";
import { useAgreementColumns } from "./_components/agreement-words";

async function SealLink() {
  const t = await getTranslations("administration.seal");
  return (
    <ButtonLink href="/seal" look="secondary" size="form">
      {t("link")}
    </ButtonLink>
  );
}

/** Lists acts that need a second person: those that wait for the reader, those the reader asked for, and ended ones. */
const page = listPage({
  path: "/agreements",
  operation: listAgreements,
  load,
  title: async () => (await getTranslations("administration.agreements"))("title"),
  lead: async () => (await getTranslations("administration.agreements"))("lead"),
  views: {
    keys: ["waiting", "mine", "ended", "all"],
    words: async () => {
      const t = await getTranslations("administration.agreements.views");
      const names = { waiting: t("waiting"), mine: t("mine"), ended: t("ended"), all: t("all") };
      return { label: t("label"), names };
    },
  },
  actions: () => <SealLink />,
  caption: async () => (await getTranslations("administration.agreements"))("title"),
  useColumns: useAgreementColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/agreements/${id}`,
  live: ["agreement"],
  empty: async () => {
    const t = await getTranslations("administration.agreements.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
