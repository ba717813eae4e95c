import { getTranslations } from "next-intl/server";
import { PeriodTable } from "@/app/(portal)/_kit/period-table";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { getLogRetention } from "@/lib/api-client/operations/erasures";
import { getRetention } from "@/lib/audit/retention/get-retention";
import type { Context } from "@/lib/context/context";
import { readTransactionNames } from "@/lib/home/record-names";
import { loadPage } from "@/lib/http/pages/page";
import { HoldsInForce } from "./_components/holds-in-force";
import { PruningFacts } from "./_components/pruning-facts";

export async function generateMetadata() {
  return { title: (await getTranslations("keeping.retention"))("title") };
}

async function load(cx: Context) {
  const retention = await getRetention(cx);
  const { transactions = [], preservations = [] } = retention.holds ?? {};
  const held = [
    ...transactions.map((one) => one.transaction_id),
    ...preservations.flatMap((one) => one.transactions),
  ];
  return { ...retention, names: await readTransactionNames(cx, held) };
}

/** Retention periods of the log, what was removed, and the holds in force. */
export default async function RetentionPage() {
  const t = await getTranslations("keeping.retention");
  const audit = await getTranslations("audit");
  const holds = await getTranslations("keeping.holds");
  const section = { label: audit("title"), href: "/audit" };
  const result = await loadPage(getLogRetention, "/confidential/audit/retention", load);
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { value, principal } = result;
  const mayErase =
    principal.role === "coordinator" &&
    principal.duties.some((duty) => duty === "privacy" || duty === "compliance");
  return (
    <PageFrame
      crumbs={[section, { label: t("title") }]}
      title={t("title")}
      lead={t("lead")}
      actions={
        <div className="flex flex-wrap gap-2">
          <ButtonLink href="/audit/holds" look="secondary" size="bar" icon="shield">
            {holds("action")}
          </ButtonLink>
          {mayErase ? (
            <ButtonLink href="/audit/erasures" look="secondary" size="bar" icon="nothing">
              {t("erasures")}
            </ButtonLink>
          ) : null}
        </div>
      }
      apiCall={{ method: "GET", path: "/confidential/audit/retention" }}
    >
      {value.version === null ? null : (
        <p className="pb-6 text-body">
          {t("version", { number: value.version.number })}{" "}
          <LocalTime instant={value.version.since} form="day" />.
        </p>
      )}
      <div className="grid gap-x-10 facts:grid-cols-2">
        <Section title={t("roles")}>
          <p className="py-2 text-control text-ink-2">{t("rolesText")}</p>
          <PeriodTable of="role" periods={value.roles} />
        </Section>
        <Section title={t("classes")} className="facts:mt-0">
          <p className="py-2 text-control text-ink-2">{t("classesText")}</p>
          <PeriodTable of="class" periods={value.classes} />
        </Section>
      </div>
      <Section title={t("pruning")}>
        <PruningFacts minimum={value.minimum} last={value.last_pruning} />
      </Section>
      <Section title={t("holds")}>
        <HoldsInForce holds={value.holds} names={value.names} />
      </Section>
    </PageFrame>
  );
}
