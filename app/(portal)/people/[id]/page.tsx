import { getTranslations } from "next-intl/server";
import { recordPage, type Shown } from "@/app/(portal)/_kit/record-page";
import { useStanding } from "@/components/domain/standing-words";
import { FactsSection } from "@/components/ui/section";
import { getPersonDetail } from "@/lib/administration/people/list-people";
import type { PersonDetail } from "@/lib/administration/people/schema";
import { listOrganisations } from "@/lib/api-client/operations/administration/organisations";
import { getPerson } from "@/lib/api-client/operations/administration/people";
import { loadPage } from "@/lib/http/pages/page";
import { listOrganisations as loadOrganisations } from "@/lib/organisations/list-organisations";
import { ChangeMemberships } from "../_components/change-memberships";
import { PersonActs } from "../_components/person-acts";
import {
  AccessSections,
  DutiesSection,
  PersonFacts,
  WaitingSection,
  WorkSection,
} from "../_components/person-sections";
import { Looks, StateTag } from "../_components/person-words";

function Lead({ person }: { person: PersonDetail }) {
  const standing = useStanding();
  return (
    <div className="grid gap-1 text-control">
      <p className="text-body">{standing(person.role, person.duties)}</p>
      <p>
        <StateTag state={person.state} />
      </p>
      <Looks looks={person.looks} />
    </div>
  );
}

const MANY = 500;

/** What an administrator can do with the person, and the organisations they may belong to. */
async function Actions({ person }: { person: PersonDetail }) {
  const found = await loadPage(listOrganisations, listOrganisations.path, (cx) =>
    loadOrganisations(cx, { limit: MANY }),
  );
  const organisations = found.ok ? found.value.items.filter(({ state }) => state === "active") : [];
  const canChange = found.ok && (person.state === "active" || person.state === "invited");
  return (
    <>
      {canChange ? (
        <ChangeMemberships
          person={person}
          organisations={organisations.map(({ id, name }) => ({ id, name }))}
        />
      ) : null}
      <PersonActs person={person} />
    </>
  );
}

async function PersonFactsSection({ person }: { person: PersonDetail }) {
  const t = await getTranslations("administration.person");
  return (
    <FactsSection title={t("facts")}>
      <PersonFacts person={person} />
    </FactsSection>
  );
}

function Content({ value: person, principal }: Shown<PersonDetail>) {
  return (
    <>
      <WaitingSection person={person} isAdministrator={principal.role === "admin"} />
      <DutiesSection person={person} />
      <AccessSections person={person} />
      <WorkSection person={person} />
    </>
  );
}

/** One person: duties and who gave them, ways to sign in, sessions, keys, open work; and what can be done. */
const page = recordPage({
  operation: getPerson,
  load: getPersonDetail,
  title: async () => (await getTranslations("administration.person"))("one"),
  above: async () => ({ label: (await getTranslations("administration.people"))("title"), href: "/people" }),
  heading: async ({ value: person }) => ({
    crumb: person.name,
    title: person.name,
    lead: <Lead person={person} />,
  }),
  actions: ({ value: person, principal }) =>
    principal.role === "admin" ? <Actions person={person} /> : null,
  facts: ({ value: person }) => <PersonFactsSection person={person} />,
  content: (shown) => <Content {...shown} />,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
