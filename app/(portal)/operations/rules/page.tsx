import { getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { getThresholds } from "@/lib/alerts/rules/set-threshold";
import { listAlertThresholds } from "@/lib/api-client/operations/alerts";
import { loadPage } from "@/lib/http/pages/page";
import { ThresholdTable } from "../_components/threshold-table";

export async function generateMetadata() {
  return { title: (await getTranslations("alertsPage.rules"))("title") };
}

/** The rules over the log, and the figures that decide when they raise an alert. */
export default async function RulesPage() {
  const t = await getTranslations("alertsPage");
  const path = listAlertThresholds.path;
  const above = { label: (await getTranslations("operations"))("title"), href: "/operations" };
  const result = await loadPage(listAlertThresholds, path, (cx) => getThresholds(cx, { limit: 50 }));
  if (!result.ok) return <ProblemPage problem={result.problem} section={above} />;
  return (
    <PageFrame
      crumbs={[above, { label: t("rules.title") }]}
      title={t("rules.title")}
      lead={<p className="max-w-[80ch]">{t("rules.lead")}</p>}
      apiCall={{ method: "GET", path }}
    >
      <ThresholdTable items={result.value.items} mayChange={result.principal.role === "admin"} />
    </PageFrame>
  );
}
