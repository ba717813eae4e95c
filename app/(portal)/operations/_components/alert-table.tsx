import { useLocale, useTranslations } from "next-intl";
import { topicOf } from "@/components/domain/alert-topics";
import { jobWords } from "@/components/domain/job-names";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { Alert } from "@/lib/alerts/schema";
import { formatCount } from "@/lib/format";
import { ActedLine, AlertSubject, SeverityTag, StateTag } from "./alert-words";

/** Columns of the list of alerts. */
export function useAlertColumns(): Column<Alert>[] {
  const t = useTranslations("alertsPage");
  const jobs = useTranslations("administration.background.jobs.names");
  const locale = useLocale();
  return [
    {
      key: "what",
      head: t("columns.what"),
      isTitle: true,
      cell: (alert) => t(`topics.${topicOf(alert)}.title`, { job: jobWords(alert.name, jobs) }),
    },
    {
      key: "severity",
      head: t("columns.severity"),
      cell: ({ severity }) => <SeverityTag severity={severity} />,
    },
    { key: "subject", head: t("columns.subject"), cell: (alert) => <AlertSubject alert={alert} /> },
    {
      key: "opened",
      head: t("columns.opened"),
      cell: ({ opened_at: at }) => <LocalTime instant={at} form="minute" />,
    },
    {
      key: "seen",
      head: t("columns.seen"),
      cell: ({ last_seen_at: at }) => <LocalTime instant={at} form="minute" />,
    },
    {
      key: "count",
      head: t("columns.count"),
      isNumber: true,
      cell: ({ count }) => formatCount(count, locale),
    },
    {
      key: "state",
      head: t("columns.state"),
      cell: (alert) => (
        <span>
          <StateTag state={alert.state} />
          <ActedLine alert={alert} />
        </span>
      ),
    },
  ];
}
