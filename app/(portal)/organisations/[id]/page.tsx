import { getTranslations } from "next-intl/server";
import { recordPage, type Shown } from "@/app/(portal)/_kit/record-page";
import { ButtonLink } from "@/components/ui/button-link";
import { getOrganisation as readOrganisation } from "@/lib/administration/organisations/organisations";
import {
  getOrganisation,
  getOrganisationHours,
} from "@/lib/api-client/operations/administration/organisations";
import { loadPage } from "@/lib/http/pages/page";
import { getHours } from "@/lib/organisations/read-office-hours";
import type { OfficeHours } from "@/lib/organisations/schema";
import { AgencySection } from "../_components/agency-section";
import { HoursSection } from "../_components/hours-section";
import { OrganisationActs } from "../_components/organisation-acts";
import { ProvisioningSection } from "../_components/provisioning/provisioning-section";
import { SignInSection } from "../_components/sign-in-section";

/** Acts on name and state, which one administrator can change alone, and a link to its people. */
async function Actions({ id }: { id: string }) {
  const t = await getTranslations("administration.organisations.acts");
  const call = `/confidential/admin/organisations/${id}`;
  const found = await loadPage(getOrganisation, call, (cx) => readOrganisation(cx, id));
  return (
    <>
      <ButtonLink href={`/people?organisation=${id}`} look="secondary" size="form">
        {t("people")}
      </ButtonLink>
      {found.ok ? <OrganisationActs organisation={found.value} /> : null}
    </>
  );
}

const kindOf = ({ is_agency: isAgency, is_operator: isOperator }: OfficeHours) =>
  isAgency ? "agency" : isOperator ? "operator" : "company";

function Content({ value: hours }: Shown<OfficeHours>) {
  return (
    <>
      <HoursSection hours={hours} />
      <AgencySection hours={hours} />
      <SignInSection id={hours.id} name={hours.name} />
      <ProvisioningSection id={hours.id} kind={kindOf(hours)} />
    </>
  );
}

/** One organisation: its hours, an agency's data for identity checks, and how its people sign in. */
const page = recordPage({
  operation: getOrganisationHours,
  load: getHours,
  title: async () => (await getTranslations("organisations"))("title"),
  above: async () => ({ label: (await getTranslations("organisations"))("title"), href: "/organisations" }),
  heading: ({ value: { name } }) => Promise.resolve({ crumb: name, title: name }),
  actions: ({ value: { id } }) => <Actions id={id} />,
  content: (shown) => <Content {...shown} />,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
