import { getTranslations } from "next-intl/server";
import { recordPage, type Shown } from "@/app/(portal)/_kit/record-page";
import { ButtonLink } from "@/components/ui/button-link";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { getOrganisation as readOrganisation } from "@/lib/administration/organisations/organisations";
import {
  getAgencyRecord,
  getOrganisation,
  getOrganisationHours,
} from "@/lib/api-client/operations/administration/organisations";
import { loadPage } from "@/lib/http/pages/page";
import { getAgencyRecord as readAgencyRecord } from "@/lib/organisations/agency/agency-record";
import { getHours } from "@/lib/organisations/read-office-hours";
import type { OfficeHours } from "@/lib/organisations/schema";
import { AgencyForm } from "../_components/agency-form";
import { HoursForm } from "../_components/hours-form";
import { OrganisationActs } from "../_components/organisation-acts";
import { ProvisioningSection } from "../_components/provisioning/provisioning-section";
import { SignInSection } from "../_components/sign-in-section";

async function OpenNow({ hours }: { hours: OfficeHours }) {
  const t = await getTranslations("organisations");
  const { is_open: isOpen, next_opening_at: next } = hours;
  return (
    <p className="py-2 text-control">
      {isOpen === undefined ? t("noHours") : t(isOpen ? "openNow" : "closedNow")}{" "}
      {next === undefined ? null : (
        <>
          {t("opens")} <LocalTime instant={next} form="minute" />.
        </>
      )}
    </p>
  );
}

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

/** The record of an agency. Other organisations have none, and asking for it would be recorded as a refusal. */
async function Agency({ hours }: { hours: OfficeHours }) {
  const t = await getTranslations("organisations.agency");
  if (!hours.is_agency) return null;
  const call = `/confidential/admin/organisations/${hours.id}/agency`;
  const agency = await loadPage(getAgencyRecord, call, (cx) => readAgencyRecord(cx, hours.id));
  if (!agency.ok) return null;
  return (
    <Section title={t("title")}>
      <p className="max-w-[80ch] py-2 text-control text-ink-2">{t("text")}</p>
      <AgencyForm record={agency.value} />
    </Section>
  );
}

const kindOf = ({ is_agency: isAgency, is_operator: isOperator }: OfficeHours) =>
  isAgency ? "agency" : isOperator ? "operator" : "company";

async function Content({ value: hours }: Shown<OfficeHours>) {
  const t = await getTranslations("organisations");
  return (
    <>
      <OpenNow hours={hours} />
      <Section title={t("form.title")}>
        <HoursForm hours={hours} />
      </Section>
      <Agency hours={hours} />
      <ProvisioningSection id={hours.id} kind={kindOf(hours)} />
      <SignInSection id={hours.id} name={hours.name} />
      <Section title={t("holidays")}>
        <p className="py-2 text-control text-ink-2">
          {hours.holidays_until === undefined ? t("noRegion") : t("until", { day: hours.holidays_until })}
        </p>
        <p className="max-w-[80ch] font-mono text-control">{hours.holidays.join(" ")}</p>
      </Section>
    </>
  );
}

/** The opening hours of one organisation, and the form that sets them. */
const page = recordPage({
  operation: getOrganisationHours,
  load: getHours,
  title: async () => (await getTranslations("organisations"))("title"),
  above: async () => ({ label: (await getTranslations("organisations"))("title"), href: "/organisations" }),
  heading: async ({ value: { name } }) => ({
    crumb: name,
    title: name,
    lead: <p className="max-w-[80ch]">{(await getTranslations("organisations"))("help")}</p>,
  }),
  actions: ({ value: { id } }) => <Actions id={id} />,
  content: (shown) => <Content {...shown} />,
});

export const generateMetadata = page.generateMetadata;
export default page.render;
