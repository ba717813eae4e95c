import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { isNamedJob } from "@/components/domain/job-names";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Background, BackgroundJob, DeadWork, WorkQueue } from "@/lib/administration/background/schema";
import { RetryWork } from "./retry-work";

const MINUTE_MS = 60_000;

function timeOf(at: string | null): ReactNode {
  return at === null ? "–" : <LocalTime instant={at} form="full" />;
}

/** How many items of each kind wait. */
export function QueuesSection({ queues }: Pick<Background, "queues">) {
  const t = useTranslations("administration.background");
  const count = (key: "waiting" | "running" | "dead"): Column<WorkQueue> => ({
    key,
    head: t(`queues.${key}`),
    isNumber: true,
    cell: (queue) => queue[key],
  });
  return (
    <Section title={t("queues.title")}>
      <Table
        caption={t("queues.title")}
        rows={queues}
        rowKey={({ kind }) => kind}
        columns={[
          { key: "kind", head: t("queues.kind"), isTitle: true, cell: ({ kind }) => t(`kinds.${kind}`) },
          count("waiting"),
          count("running"),
          count("dead"),
          { key: "oldest", head: t("queues.oldest"), cell: ({ oldest_at }) => timeOf(oldest_at) },
        ]}
      />
    </Section>
  );
}

/** Work that used all its attempts, each item with the button to try it again. */
export function DeadSection({ dead }: Pick<Background, "dead">) {
  const t = useTranslations("administration.background");
  const columns: Column<DeadWork>[] = [
    { key: "kind", head: t("dead.kind"), isTitle: true, cell: ({ kind }) => t(`kinds.${kind}`) },
    { key: "id", head: t("dead.id"), cell: ({ id }) => <Digest value={id} label={t("dead.id")} /> },
    { key: "at", head: t("dead.at"), cell: ({ at }) => timeOf(at) },
    { key: "ended", head: t("dead.ended"), cell: ({ ended_at }) => timeOf(ended_at) },
    { key: "attempts", head: t("dead.attempts"), isNumber: true, cell: ({ attempts }) => attempts },
    { key: "acts", head: t("dead.acts"), cell: ({ kind, id }) => <RetryWork kind={kind} id={id} /> },
  ];
  return (
    <Section title={t("dead.title")} count={dead.length}>
      {dead.length === 0 ? (
        <EmptyState title={t("dead.none")} text={t("dead.noneText")} />
      ) : (
        <>
          <p className="max-w-[80ch] py-3 text-control text-ink-2">{t("dead.lead")}</p>
          <Table
            caption={t("dead.title")}
            columns={columns}
            rows={dead}
            rowKey={({ kind, id }) => `${kind} ${id}`}
          />
        </>
      )}
    </Section>
  );
}

/** What a job does, with the name that the log and the alerts have. */
function JobName({ name }: { name: string }) {
  const t = useTranslations("administration.background.jobs.names");
  const raw = <span className="font-mono">{name}</span>;
  if (!isNamedJob(name)) return raw;
  return (
    <>
      {t(name)}
      <span className="block text-note text-ink-2">{raw}</span>
    </>
  );
}

/** The jobs of all portals, with their last and next run. */
export function JobsSection({ jobs }: Pick<Background, "jobs">) {
  const t = useTranslations("administration.background.jobs");
  const period = (ms: number) =>
    ms < MINUTE_MS
      ? t("seconds", { seconds: Math.round(ms / 1_000) })
      : t("minutes", { minutes: Math.round(ms / MINUTE_MS) });
  const columns: Column<BackgroundJob>[] = [
    {
      key: "name",
      head: t("name"),
      isTitle: true,
      cell: ({ name }) => <JobName name={name} />,
    },
    { key: "every", head: t("every"), isNamed: true, cell: ({ every_ms }) => period(every_ms) },
    { key: "processes", head: t("processes"), isNumber: true, cell: ({ processes }) => processes },
    { key: "last", head: t("last"), cell: ({ last_at }) => timeOf(last_at) },
    {
      key: "took",
      head: t("took"),
      isNumber: true,
      cell: ({ last_ms }) => (last_ms === null ? "–" : t("ms", { ms: last_ms })),
    },
    { key: "next", head: t("next"), cell: ({ next_at }) => timeOf(next_at) },
    {
      key: "failures",
      head: t("failures"),
      isNumber: true,
      cell: ({ failures, failure, failed_at }) =>
        failures === 0 ? (
          "0"
        ) : (
          <span className="text-oxblood">
            {failures}
            <span className="block text-note">
              {failure} {timeOf(failed_at)}
            </span>
          </span>
        ),
    },
  ];
  return (
    <Section title={t("title")} count={jobs.length}>
      {jobs.length === 0 ? (
        <EmptyState title={t("none")} text={t("noneText")} />
      ) : (
        <Table caption={t("title")} columns={columns} rows={jobs} rowKey={({ name }) => name} />
      )}
    </Section>
  );
}
