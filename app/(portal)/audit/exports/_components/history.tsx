import { useLocale, useTranslations } from "next-intl";
import { EntryLink } from "@/components/domain/entry-link";
import { JobState } from "@/components/domain/export-job";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { type Column, Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { ReadLog } from "@/lib/audit/reading/of-log";
import type { ExportItem } from "@/lib/audit/schema";
import { hexOfDigest } from "@/lib/digests";
import { formatCount } from "@/lib/format";
import { formatOf } from "./export-form";

function State({ item }: { item: ExportItem }) {
  const t = useTranslations("audit.exports.states");
  if (item.kind === "job") return <JobState key={item.state} item={item} />;
  return (
    <>
      {item.state === "done" ? (
        <Tag tone="plain" icon="tick">
          {t("done")}
        </Tag>
      ) : item.state === "running" ? (
        <Tag tone="amber" icon="clock">
          {t("running")}
        </Tag>
      ) : (
        <Tag tone="oxblood" icon="warning">
          {t("broken_off")}
        </Tag>
      )}
      {item.finished_at === null ? null : (
        <span className="block text-ink-2">
          <LocalTime instant={item.finished_at} form="clock" />
        </span>
      )}
    </>
  );
}

/** The range by number that an export covers, with what it was filtered by. */
function Range({ item, logs }: { item: ExportItem; logs: ReadLog }) {
  const t = useTranslations("audit.exports");
  const locale = useLocale();
  const names = useTranslations("audit.filter.names");
  const isKnown = (name: string): name is (typeof FILTER_NAMES)[number] =>
    FILTER_NAMES.some((known) => known === name);
  const filter = item.filtered_by.map((name) => {
    const value = item.filter?.[name];
    const word = isKnown(name) ? names(name) : name;
    return value === undefined ? word : `${word} ${value}`;
  });
  return (
    <span className="break-words">
      {item.size === null
        ? t("unknown")
        : item.size === 0
          ? t("noRange")
          : t("range", { last: formatCount(item.size - 1, locale) })}
      {item.log === null || item.log === logs.present ? null : (
        <span className="block wrap-anywhere text-ink-2">{t("ofClosed", { log: item.log })}</span>
      )}
      {filter.length === 0 ? null : <span className="block text-ink-2">{filter.join(", ")}</span>}
    </span>
  );
}

const FILTER_NAMES = ["from", "to", "actor", "action", "subject", "outcome", "purpose"] as const;

/** Exports that were made, each with its entry in the log and the digest of what left. */
export function History({ items, logs }: { items: readonly ExportItem[]; logs: ReadLog }) {
  const t = useTranslations("audit.exports");
  const locale = useLocale();
  const columns: Column<ExportItem>[] = [
    {
      key: "at",
      head: t("columns.at"),
      isTitle: true,
      cell: (item) => <LocalTime instant={item.started_at} />,
    },
    { key: "by", head: t("columns.by"), cell: (item) => (item.is_own ? t("you") : item.by) },
    { key: "format", head: t("format"), cell: (item) => t(`formats.${formatOf(item.format)}.short`) },
    { key: "range", head: t("columns.range"), cell: (item) => <Range item={item} logs={logs} /> },
    {
      key: "entries",
      head: t("columns.entries"),
      isNumber: true,
      cell: (item) => (item.entries === null ? t("unknown") : formatCount(item.entries, locale)),
    },
    {
      key: "digest",
      head: t("columns.digest"),
      cell: (item) =>
        item.sha256 === null ? (
          <span className="text-ink-3">{t("noDigest")}</span>
        ) : (
          <Digest value={hexOfDigest(item.sha256)} label={t("columns.digest")} />
        ),
    },
    {
      key: "entry",
      head: t("columns.entry"),
      cell: (item) =>
        item.seq === null ? (
          t("unknown")
        ) : (
          <EntryLink seq={item.seq} closedLog={item.recorded_in === logs.present ? null : item.recorded_in} />
        ),
    },
    {
      key: "state",
      head: t("columns.state"),
      cell: (item) => (
        <>
          <State item={item} />
          {item.flaw === null ? null : (
            <Tag tone="oxblood" icon="warning">
              {t(`flaws.${item.flaw}`)}
            </Tag>
          )}
        </>
      ),
    },
  ];
  return (
    <>
      <Table caption={t("history")} columns={columns} rows={items} rowKey={(item) => item.id} />
      <p className="mt-2 text-ink-2 text-note">{t("digestHint")}</p>
    </>
  );
}
