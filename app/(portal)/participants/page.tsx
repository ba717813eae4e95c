import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { roleKey } from "@/components/layout/role-words";
import { ButtonLink } from "@/components/ui/button-link";
import type { Column } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import {
  listParticipants as load,
  nextParticipantNumbers,
} from "@/lib/administration/participants/participants";
import type { Participant } from "@/lib/administration/participants/schema";
import { listOrganisations } from "@/lib/api-client/operations/administration/organisations";
import { listParticipants } from "@/lib/api-client/operations/administration/participants";
import { loadPage } from "@/lib/http/pages/page";
import { listOrganisations as loadOrganisations } from "@/lib/organisations/list-organisations";
import { AddParticipant } from "./_components/add-participant";
import { ParticipantActs } from "./_components/participant-acts";

const MANY = 500;

async function Actions() {
  const result = await loadPage(listOrganisations, listOrganisations.path, (cx) =>
    loadOrganisations(cx, { limit: MANY }),
  );
  const next = await loadPage(listParticipants, listParticipants.path, nextParticipantNumbers);
  if (!result.ok || !next.ok) return null;
  const companies = result.value.items.filter(({ kind, state }) => kind === "company" && state === "active");
  const t = await getTranslations("administration.import");
  return (
    <>
      <ButtonLink href="/participants/import" look="secondary" size="form">
        {t("open")}
      </ButtonLink>
      <AddParticipant companies={companies.map(({ id, name }) => ({ id, name }))} next={next.value} />
    </>
  );
}

function useColumns(): Column<Participant>[] {
  const t = useTranslations("administration.participants");
  const roles = useTranslations("portal.roles");
  return [
    {
      key: "organisation",
      head: t("columns.organisation"),
      isTitle: true,
      cell: ({ organisation }) => organisation.name,
    },
    { key: "id", head: t("columns.id"), cell: ({ id }) => <span className="font-mono">{id}</span> },
    { key: "role", head: t("columns.role"), cell: ({ role }) => roles(roleKey(role)) },
    { key: "kind", head: t("columns.kind"), cell: ({ kind }) => t(`kinds.${kind}`) },
    {
      key: "state",
      head: t("columns.state"),
      cell: ({ state }) => (
        <Tag tone={state === "active" ? "plain" : "oxblood"} icon={state === "active" ? "check" : "pause"}>
          {t(`views.${state}`)}
        </Tag>
      ),
    },
    {
      key: "acts",
      head: t("columns.acts"),
      cell: (participant) => <ParticipantActs participant={participant} />,
    },
  ];
}

/** Clients and providers, and the drawer that adds one. */
const page = listPage({
  path: "/participants",
  operation: listParticipants,
  load,
  cursor: /^[A-Za-z0-9._-]{1,120}$/,
  title: async () => (await getTranslations("administration.participants"))("title"),
  lead: async () => (await getTranslations("administration.participants"))("lead"),
  actions: () => <Actions />,
  views: {
    keys: ["all", "active", "suspended"],
    words: async () => {
      const t = await getTranslations("administration.participants.views");
      const names = { all: t("all"), active: t("active"), suspended: t("suspended") };
      return { label: t("label"), names };
    },
  },
  caption: async () => (await getTranslations("administration.participants"))("title"),
  useColumns,
  rowKey: ({ id }) => id,
  empty: async () => {
    const t = await getTranslations("administration.participants.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
