import Link from "next/link";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { type Params, readQuery } from "@/app/(portal)/_kit/list-query";
import { Charts, TablesSwitch } from "@/components/chart/twin";
import { LiveRefresh } from "@/components/client/live-refresh";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Section } from "@/components/ui/section";
import { Table } from "@/components/ui/table";
import { Views } from "@/components/ui/views";
import { listAlerts } from "@/lib/alerts/list-alerts";
import type { Alert } from "@/lib/alerts/schema";
import { type Figures, FiguresQuery, getFigures } from "@/lib/api-client/operations/figures";
import { readOperatorFigures } from "@/lib/http/health/read-figures";
import { loadPage } from "@/lib/http/pages/page";
import { useAlertColumns } from "./_components/alert-table";
import { OpeningsChart, RequestsChart } from "./_components/figure-charts";
import { KeyFigures, LogFigures } from "./_components/log-and-keys";
import { Parts, Queues, usePartName } from "./_components/parts-and-queues";

const PERIODS = ["7", "30", "90"] as const;
const SHOWN_ALERTS = 5;

export async function generateMetadata() {
  const t = await getTranslations("operations");
  return { title: t("title") };
}

/** One sentence with the state of everything. */
function State({ figures }: { figures: Figures }) {
  const t = useTranslations("operations.state");
  const nameOf = usePartName();
  const away = figures.parts.filter(({ state }) => state !== "up").map(({ name }) => nameOf(name));
  const late = figures.requests.reduce((sum, one) => sum + one.late, 0);
  const { open, critical: urgent } = figures.alerts;
  return (
    <p>
      {t("parts", { away: away.length, names: away.join(", ") })} {t("alerts", { open, urgent })}{" "}
      {figures.alerts.addresses === 0 ? <span className="text-amber">{t("noAddress")} </span> : null}
      {t("late", { late })}
    </p>
  );
}

function OpenAlerts({ alerts, open }: { alerts: readonly Alert[]; open: number }) {
  const t = useTranslations("operations.alerts");
  const columns = useAlertColumns();
  return (
    <Section
      title={t("title")}
      count={open}
      action={
        <Link
          href="/operations/alerts"
          prefetch={false}
          className="underline decoration-line-2 underline-offset-4 hover:text-ink"
        >
          {t("all")}
        </Link>
      }
    >
      {alerts.length === 0 ? (
        <p className="py-2 text-control text-ink-2">{t("none")}</p>
      ) : (
        <Table<Alert>
          caption={t("title")}
          columns={columns}
          rows={alerts}
          rowKey={({ id }) => id}
          href={({ id }) => `/operations/alerts/${id}`}
        />
      )}
    </Section>
  );
}

/** The period of the openings, as links. */
function Periods({ days }: { days: number }) {
  const t = useTranslations("operations");
  const views = PERIODS.map((key) => ({
    key,
    label: t("days", { days: key }),
    href: key === "30" ? "/operations" : `/operations?days=${key}`,
  }));
  return <Views label={t("period")} views={views} current={String(days)} />;
}

async function Actions() {
  const t = await getTranslations("operations");
  return (
    <>
      <TablesSwitch />
      <ButtonLink href="/operations/addresses" look="secondary" size="form" icon="bell">
        {t("addresses")}
      </ButtonLink>
      <ButtonLink href="/operations/rules" look="secondary" size="form" icon="filter">
        {t("rules")}
      </ButtonLink>
    </>
  );
}

/** The operator's dashboard. Compliance sees the same without processes and versions. */
export default async function OperationsPage({ searchParams }: { searchParams: Promise<Params> }) {
  const t = await getTranslations("operations");
  const { query } = readQuery(FiguresQuery, await searchParams, {});
  const read = await loadPage(getFigures, getFigures.path, async (cx) => ({
    figures: await readOperatorFigures(cx, query.days),
    alerts: await listAlerts(cx, { view: "open", limit: SHOWN_ALERTS, cursor: undefined }),
  }));
  if (!read.ok)
    return <ProblemPage problem={read.problem} section={{ label: t("title"), href: "/operations" }} />;
  const { figures, alerts } = read.value;
  return (
    <Charts>
      <PageFrame
        crumbs={[{ label: t("title") }]}
        title={t("title")}
        lead={<State figures={figures} />}
        actions={<Actions />}
        apiCall={{ method: "GET", path: `${getFigures.path}?days=${figures.days}` }}
      >
        <LiveRefresh kinds={["alert"]} />
        <OpenAlerts alerts={alerts.items} open={figures.alerts.open} />
        <div className="mt-8">
          <Periods days={figures.days} />
        </div>
        <div className="grid gap-x-10 gap-y-8 drawn:grid-cols-2 [&_section]:mt-0">
          <OpeningsChart figures={figures} />
          <RequestsChart requests={figures.requests} />
          <LogFigures log={figures.log} />
          <KeyFigures keys={figures.keys} at={figures.at} />
          <Queues queues={figures.queues} isAdministrator={read.principal.role === "admin"} />
          <Parts {...figures} />
        </div>
      </PageFrame>
    </Charts>
  );
}
