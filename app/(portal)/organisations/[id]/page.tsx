import { getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { getAgencyRecord, getOrganisationHours } from "@/lib/api-client/operations/organisations";
import { DomainError } from "@/lib/errors";
import { loadPage } from "@/lib/http/pages/page";
import { getAgencyRecord as readAgencyRecord } from "@/lib/organisations/agency/agency-record";
import { getHours } from "@/lib/organisations/get-hours";
import { OrganisationPath } from "@/lib/organisations/schema";
import { AgencyForm } from "../_components/agency-form";
import { HoursForm } from "../_components/hours-form";

export async function generateMetadata() {
  return { title: (await getTranslations("organisations"))("title") };
}

/** When one organisation is open, and the form that sets it. */
export default async function OrganisationPage({ params }: PageProps<"/organisations/[id]">) {
  const t = await getTranslations("organisations");
  const path = OrganisationPath.safeParse(await params);
  const call = `/confidential/admin/organisations/${path.data?.id ?? ""}/hours`;
  const result = await loadPage(getOrganisationHours, call, async (cx) => {
    if (!path.success) throw new DomainError("organisation.not-found");
    return getHours(cx, path.data.id);
  });
  const section = { label: t("title"), href: "/organisations" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const hours = result.value;
  const agencyCall = `/confidential/admin/organisations/${hours.id}/agency`;
  // What is no agency has no such record, and is not asked for it: that would be a refusal in the log.
  const agency = hours.is_agency
    ? await loadPage(getAgencyRecord, agencyCall, (cx) => readAgencyRecord(cx, hours.id))
    : undefined;
  const next = hours.next_opening_at;
  return (
    <PageFrame
      crumbs={[section, { label: hours.name }]}
      title={hours.name}
      lead={<p className="max-w-[80ch]">{t("help")}</p>}
      apiCall={{ method: "GET", path: call }}
    >
      <p className="py-2 text-control">
        {hours.is_open === undefined ? t("noHours") : t(hours.is_open ? "openNow" : "closedNow")}{" "}
        {next === undefined ? null : (
          <>
            {t("opens")} <LocalTime instant={next} form="minute" />.
          </>
        )}
      </p>
      <Section title={t("form.title")}>
        <HoursForm hours={hours} />
      </Section>
      {agency?.ok ? (
        <Section title={t("agency.title")}>
          <p className="max-w-[80ch] py-2 text-control text-ink-2">{t("agency.text")}</p>
          <AgencyForm record={agency.value} />
        </Section>
      ) : null}
      <Section title={t("holidays")}>
        <p className="py-2 text-control text-ink-2">
          {hours.holidays_until === undefined ? t("noRegion") : t("until", { day: hours.holidays_until })}
        </p>
        <p className="max-w-[80ch] font-mono text-control">{hours.holidays.join(" ")}</p>
      </Section>
    </PageFrame>
  );
}
