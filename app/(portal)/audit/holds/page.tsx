import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { textsOf } from "@/app/(portal)/_kit/list-query";
import { ButtonLink } from "@/components/ui/button-link";
import { listPreservations as list } from "@/lib/access/preservations/list-preservations";
import { managesHolds } from "@/lib/access/preservations/rules";
import type { PreservationQuery } from "@/lib/access/preservations/schema";
import { listPreservations } from "@/lib/api-client/operations/preservations";
import type { Context } from "@/lib/context/context";
import { readTransactionNames } from "@/lib/home/record-names";
import { useHoldColumns } from "./_components/hold-table";
import { PlaceHold } from "./_components/place-hold";

async function load(cx: Context, query: PreservationQuery) {
  const page = await list(cx, query);
  const held = page.items.flatMap(({ transactions }) => transactions);
  return { ...page, names: await readTransactionNames(cx, held) };
}

async function ToRetention() {
  const t = await getTranslations("keeping.retention");
  return (
    <ButtonLink href="/audit/retention" look="secondary" size="bar" icon="clock">
      {t("action")}
    </ButtonLink>
  );
}

/** Legal holds that the reader may know of, and the drawer that places one. */
const page = listPage({
  path: "/audit/holds",
  operation: listPreservations,
  load,
  title: async () => (await getTranslations("keeping.holds"))("title"),
  lead: async () => (await getTranslations("keeping.holds"))("lead"),
  actions: ({ params, principal }) => (
    <>
      <ToRetention />
      {managesHolds(principal) ? (
        <PlaceHold records={textsOf(params).find(([name]) => name === "records")?.[1] ?? ""} />
      ) : null}
    </>
  ),
  caption: async () => (await getTranslations("keeping.holds"))("list"),
  useColumns: ({ value }) => useHoldColumns(value.names),
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("keeping.holds.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
