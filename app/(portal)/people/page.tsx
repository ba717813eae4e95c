import { getTranslations } from "next-intl/server";
import { listPage } from "@/app/(portal)/_kit/list-page";
import { addressOf } from "@/app/(portal)/_kit/list-query";
import { ButtonLink } from "@/components/ui/button-link";
import { listParticipants as loadParticipants } from "@/lib/administration/participants/participants";
import { listPeople as load } from "@/lib/administration/people/list-people";
import { PeopleView } from "@/lib/administration/people/schema";
import { listOrganisations } from "@/lib/api-client/operations/administration/organisations";
import { listParticipants } from "@/lib/api-client/operations/administration/participants";
import { listPeople } from "@/lib/api-client/operations/administration/people";
import { loadPage } from "@/lib/http/pages/page";
import { listOrganisations as loadOrganisations } from "@/lib/organisations/list-organisations";
import { getRuntime } from "@/lib/runtime/slot";
import { InvitePerson } from "./_components/invite-person";
import { usePeopleColumns } from "./_components/people-columns";
import { PeopleFilter } from "./_components/people-filter";

const MANY = 500;

/** Only administrators act; compliance and people who decide read the list. */
async function Actions({ isAdministrator }: { isAdministrator: boolean }) {
  if (!isAdministrator) return null;
  const organisations = await loadPage(listOrganisations, listOrganisations.path, (cx) =>
    loadOrganisations(cx, { limit: MANY }),
  );
  const participants = await loadPage(listParticipants, listParticipants.path, (cx) =>
    loadParticipants(cx, { view: "active", limit: MANY }),
  );
  if (!organisations.ok || !participants.ok) return null;
  const active = organisations.value.items.filter(({ state }) => state === "active");
  const [t, { mailer }] = await Promise.all([getTranslations("administration.import"), getRuntime()]);
  return (
    <>
      <ButtonLink href="/people/import" look="secondary" size="form">
        {t("open")}
      </ButtonLink>
      <InvitePerson
        organisations={active.map(({ id, name, kind }) => ({ id, name, kind }))}
        participants={participants.value.items.map(({ id, role, organisation, needs_agreement }) => ({
          ...{ id, role, organisation, needs_agreement },
        }))}
        sendsMail={mailer !== undefined}
      />
    </>
  );
}

/** Everyone of the instance: organisation, role and duties, way to sign in, and who needs attention. */
const page = listPage({
  path: "/people",
  saves: "people",
  operation: listPeople,
  load,
  title: async () => (await getTranslations("administration.people"))("title"),
  lead: async ({ value: { counts } }) => (await getTranslations("administration.people"))("lead", counts),
  actions: ({ principal }) => <Actions isAdministrator={principal.role === "admin"} />,
  savedViews: async ({ value: { counts }, given }) => {
    const t = await getTranslations("administration.people.views");
    return {
      label: t("label"),
      current: given.view ?? "all",
      views: PeopleView.options.map((key) => ({
        key,
        label: t(key),
        count: counts[key],
        href: addressOf("/people", { ...given, view: key === "all" ? "" : key, cursor: "" }),
      })),
    };
  },
  filter: ({ given }) => <PeopleFilter given={given} />,
  caption: async () => (await getTranslations("administration.people"))("title"),
  useColumns: usePeopleColumns,
  rowKey: ({ id }) => id,
  href: ({ id }) => `/people/${id}`,
  empty: async () => {
    const t = await getTranslations("administration.people.empty");
    return { title: t("title"), text: t("text") };
  },
});

export const generateMetadata = page.generateMetadata;
export default page.render;
