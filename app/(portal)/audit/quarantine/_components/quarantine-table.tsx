import { useLocale, useTranslations } from "next-intl";
import { EntryLink } from "@/components/domain/entry-link";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { Dismissal, QuarantinedEntry } from "@/lib/audit/reading/quarantine-schema";
import { formatCount } from "@/lib/format";
import { QuarantineActs } from "./quarantine-acts";

function Dismissed({ dismissal }: { dismissal: Dismissal }) {
  const t = useTranslations("keeping.quarantine");
  const locale = useLocale();
  return (
    <span className="block tablet:max-w-[320px]">
      <span className="block break-words">{dismissal.reason}</span>
      <span className="block text-note text-ink-2">
        {t.rich("by", {
          person: dismissal.by ?? t("unnamed"),
          time: () => <LocalTime instant={dismissal.at} form="minute" />,
        })}
      </span>
      {dismissal.by_seq === null ? null : (
        <span className="text-note">
          <EntryLink seq={dismissal.by_seq} closedLog={dismissal.closed_log}>
            {t("entry", { seq: formatCount(dismissal.by_seq, locale) })}
          </EntryLink>
        </span>
      )}
    </span>
  );
}

/** Quarantined entries, each with its status and the one act. */
export function useQuarantineColumns(): readonly Column<QuarantinedEntry>[] {
  const t = useTranslations("keeping.quarantine");
  return [
    {
      key: "row",
      head: t("columns.row"),
      isTitle: true,
      cell: (item) => <Digest value={item.entry_id} label={t("columns.row")} />,
    },
    { key: "why", head: t("columns.why"), cell: (item) => t(`why.${item.why}`) },
    {
      key: "seen",
      head: t("columns.seen"),
      cell: (item) => <LocalTime instant={item.seen_at} form="minute" />,
    },
    {
      key: "digest",
      head: t("columns.digest"),
      cell: (item) => <Digest value={item.digest} label={t("columns.digest")} encoding="base64url" />,
    },
    {
      key: "state",
      head: t("columns.state"),
      cell: ({ dismissal }) =>
        dismissal === null ? (
          <Tag tone="oxblood" icon="stop">
            {t("states.open")}
          </Tag>
        ) : (
          <Tag tone="plain" icon="check">
            {t("states.dismissed")}
          </Tag>
        ),
    },
    {
      key: "dismissal",
      head: t("columns.dismissal"),
      isNamed: true,
      cell: ({ dismissal }) =>
        dismissal === null ? (
          <span className="text-ink-3">{t("no")}</span>
        ) : (
          <Dismissed dismissal={dismissal} />
        ),
    },
    {
      key: "acts",
      head: t("columns.acts"),
      cell: (item) => <QuarantineActs key={item.digest} item={item} />,
    },
  ];
}
