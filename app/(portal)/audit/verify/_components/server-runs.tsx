import { useLocale, useTranslations } from "next-intl";
import { EntryLink } from "@/components/domain/entry-link";
import { LocalTime } from "@/components/ui/local-time";
import { type Column, Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import { MissingOnly } from "@/components/verify/result/fault-report";
import { classKey, isOnlyLate } from "@/components/verify/result/finding-words";
import type { VerificationItem, VerificationReport } from "@/lib/audit/self-check/schema";
import { formatCount } from "@/lib/format";

function State({ run }: { run: VerificationItem }) {
  const t = useTranslations("audit.verify.runs.states");
  const locale = useLocale();
  if (run.state === "queued" || run.state === "running")
    return (
      <Tag tone="amber" icon="clock">
        {t(run.state)}
        {run.progress === null
          ? null
          : ` ${formatCount(run.progress.done, locale)} / ${formatCount(run.progress.total, locale)}`}
      </Tag>
    );
  if (run.record === "changed")
    return (
      <Tag tone="oxblood" icon="stop">
        {t("changed")}
      </Tag>
    );
  if (run.report?.verdict === "sound")
    return (
      <Tag tone="accent" icon="check">
        {t("sound")}
      </Tag>
    );
  if (run.report?.verdict === "incomplete")
    return (
      <Tag tone="amber" icon="warning">
        {t("incomplete")}
      </Tag>
    );
  return (
    <Tag tone="oxblood" icon="stop">
      {t(run.report === null ? "failed" : "wrong")}
    </Tag>
  );
}

/** What a run found: each fault once, with the number it was found at. */
function Found({ run }: { run: VerificationItem }) {
  const t = useTranslations("audit.verify");
  const locale = useLocale();
  const { report } = run;
  if (run.record === "changed") return <>{t("runs.changed")}</>;
  if (report === null) return <>{t("runs.nothing")}</>;
  if (report.verdict === "sound")
    return (
      <>
        {t("runs.sound", {
          size: formatCount(report.size, locale),
          entries: report.entries,
        })}
      </>
    );
  if (report.verdict === "incomplete")
    return (
      <>
        {t(report.signer === "refuses" ? "runs.signerRefuses" : "runs.signerAbsent", {
          entries: formatCount(report.entries, locale),
        })}
      </>
    );
  return (
    <>
      {isOnlyLate(report) ? (
        <span className="block pb-1">
          <MissingOnly findings={report.findings} />
        </span>
      ) : null}
      <Faults report={report} />
    </>
  );
}

/** All faults of a report, folded away under their number and the first place. */
function Faults({ report }: { report: VerificationReport }) {
  const t = useTranslations("audit.verify");
  const locale = useLocale();
  return (
    <details>
      <summary className="cursor-pointer underline decoration-line-2 underline-offset-4">
        {t("runs.faults", {
          count: report.findings.length + report.more,
          first: report.first_bad === null ? t("runs.nowhere") : formatCount(report.first_bad, locale),
        })}
      </summary>
      <ul className="grid gap-1 py-2">
        {report.findings.map((finding, at) => {
          const key = classKey(finding.class);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: two findings may say the same
            <li key={at}>
              <span className="font-medium">
                {key === undefined ? finding.class : t(`classes.${key}.name`)}
              </span>{" "}
              <span lang="en" className="break-words text-ink-2">
                {finding.detail}
              </span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}

/** What a run found; where it was of a log that was closed since, of which one. */
function FoundIn({ run, present }: { run: VerificationItem; present: string }) {
  const t = useTranslations("audit.verify.runs");
  const { recorded_in: log } = run;
  return (
    <>
      <Found run={run} />
      {log === null || log === present ? null : (
        <span className="block wrap-anywhere text-ink-2">{t("ofClosed", { log })}</span>
      )}
    </>
  );
}

/** Verifications by the worker, newest first; `present` is the origin of the present log. */
export function ServerRuns({ runs, present }: { runs: readonly VerificationItem[]; present: string }) {
  const t = useTranslations("audit.verify.runs");
  const columns: Column<VerificationItem>[] = [
    { key: "at", head: t("at"), isTitle: true, cell: (run) => <LocalTime instant={run.started_at} /> },
    { key: "by", head: t("by"), cell: (run) => run.by ?? t("schedule") },
    { key: "state", head: t("state"), cell: (run) => <State run={run} /> },
    { key: "found", head: t("found"), cell: (run) => <FoundIn run={run} present={present} /> },
    {
      key: "entry",
      head: t("entry"),
      isNumber: true,
      cell: (run) =>
        run.seq === null ? (
          t("notYet")
        ) : (
          <EntryLink seq={run.seq} closedLog={run.recorded_in === present ? null : run.recorded_in} />
        ),
    },
  ];
  return <Table caption={t("title")} columns={columns} rows={runs} rowKey={(run) => run.id} />;
}
