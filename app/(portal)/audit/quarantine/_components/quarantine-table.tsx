import { useLocale, useTranslations } from "next-intl";
import { EntryLink } from "@/components/domain/entry-link";
import { Digest } from "@/components/ui/digest";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { type Column, Table } from "@/components/ui/table";
import { Tag, type Tone } from "@/components/ui/tag";
import type { Acknowledgement, AsideRow } from "@/lib/audit/aside/schema";
import { formatCount } from "@/lib/format";
import { QuarantineActs } from "./quarantine-acts";

type Shown = "open" | "asked" | "acknowledged" | "changed";

const LOOKS: Readonly<Record<Shown, { readonly tone: Tone; readonly icon: IconName }>> = {
  open: { tone: "oxblood", icon: "stop" },
  asked: { tone: "amber", icon: "clock" },
  acknowledged: { tone: "plain", icon: "check" },
  changed: { tone: "oxblood", icon: "stop" },
};

function shownAs({ is_acknowledged, acknowledgement }: AsideRow): Shown {
  if (is_acknowledged) return "acknowledged";
  if (acknowledgement?.state === "asked") return "asked";
  return acknowledgement?.state === "agreed" ? "changed" : "open";
}

function Word({ word }: { word: Acknowledgement }) {
  const t = useTranslations("keeping.aside");
  const locale = useLocale();
  const somebody = t("somebody");
  return (
    <span className="block tablet:max-w-[320px]">
      <span className="block break-words">{word.reason}</span>
      <span className="block text-note text-ink-2">
        {t.rich("askedBy", {
          person: word.asked_by ?? somebody,
          time: () => <LocalTime instant={word.asked_at} form="minute" />,
        })}
      </span>
      {word.state !== "agreed" ? null : (
        <span className="block text-note text-ink-2">
          {t.rich("agreedBy", {
            person: word.agreed_by ?? somebody,
            time: () => <LocalTime instant={word.ended_at ?? word.asked_at} form="minute" />,
          })}
        </span>
      )}
      {word.state === "refused" ? <span className="block text-note text-ink-2">{t("refused")}</span> : null}
      {word.by_seq === null ? null : (
        <span className="text-note">
          <EntryLink seq={word.by_seq} closedLog={word.closed_log}>
            {t("entry", { seq: formatCount(word.by_seq, locale) })}
          </EntryLink>
        </span>
      )}
    </span>
  );
}

/** Rows that stand aside, with where each stands and what one may do about it. */
export function QuarantineTable({ items }: { items: readonly AsideRow[] }) {
  const t = useTranslations("keeping.aside");
  const columns: Column<AsideRow>[] = [
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
      cell: (item) => {
        const shown = shownAs(item);
        return (
          <Tag tone={LOOKS[shown].tone} icon={LOOKS[shown].icon}>
            {t(`states.${shown}`)}
          </Tag>
        );
      },
    },
    {
      key: "said",
      head: t("columns.said"),
      cell: ({ acknowledgement: word }) =>
        word === null ? <span className="text-ink-3">{t("nothing")}</span> : <Word word={word} />,
    },
    {
      key: "acts",
      head: t("columns.acts"),
      cell: (item) => <QuarantineActs key={item.acknowledgement?.id ?? ""} item={item} />,
    },
  ];
  return <Table caption={t("list")} columns={columns} rows={items} rowKey={(item) => item.entry_id} />;
}
