import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import { getAgencyRecord } from "@/lib/api-client/operations/administration/organisations";
import { loadPage } from "@/lib/http/pages/page";
import { getAgencyRecord as readAgencyRecord } from "@/lib/organisations/agency/agency-record";
import type { OfficeHours } from "@/lib/organisations/schema";
import { ChangeAgency } from "./agency-form";

/** The record of an agency. Other organisations have none, and asking for it would be recorded as a refusal. */
export async function AgencySection({ hours }: { hours: OfficeHours }) {
  const t = await getTranslations("organisations.agency");
  if (!hours.is_agency) return null;
  const call = `/confidential/admin/organisations/${hours.id}/agency`;
  const agency = await loadPage(getAgencyRecord, call, (cx) => readAgencyRecord(cx, hours.id));
  if (!agency.ok) return null;
  const { email_domains: domains, contacts, people } = agency.value;
  const lines = (texts: readonly string[]): ReactNode =>
    texts.length === 0
      ? t("none")
      : texts.map((text) => (
          <span key={text} className="block">
            {text}
          </span>
        ));
  return (
    <Section title={t("title")} action={<ChangeAgency record={agency.value} />}>
      <p className="max-w-[80ch] py-2 text-control text-ink-2">{t("text")}</p>
      <Facts
        look="aligned"
        facts={[
          { name: t("domains"), value: lines(domains) },
          { name: t("contacts"), value: lines(contacts.map(({ number, source }) => `${number}, ${source}`)) },
          { name: t("people"), value: lines(people.map(({ name, email }) => `${name}, ${email}`)) },
        ]}
      />
    </Section>
  );
}
