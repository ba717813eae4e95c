import { useTranslations } from "next-intl";
import { JobState } from "@/components/domain/export-job";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { GrantDetail } from "@/lib/access/grants/schema";
import { MakeExportButton } from "./make-export-button";

type Item = GrantDetail["exports"][number];

function useColumns(): Column<Item>[] {
  const t = useTranslations("grants.exports");
  return [
    {
      key: "time",
      head: t("time"),
      isTitle: true,
      cell: (item) => <LocalTime instant={item.started_at} form="minute" />,
    },
    {
      key: "format",
      head: t("format"),
      cell: (item) => (item.format === "bundle" ? t("bundle") : item.format.toUpperCase()),
    },
    {
      key: "state",
      head: t("state"),
      cell: (item) =>
        item.kind === "job" ? (
          <JobState item={item} />
        ) : (
          <Tag tone="plain">{t(item.state === "broken_off" ? "brokenOff" : "streamed")}</Tag>
        ),
    },
  ];
}

/** In these states no export is made or handed out. */
const ENDED: readonly GrantDetail["state"][] = ["revoked", "expired"];

/** How many exports are left, the way to the next, and how far those stand that were asked for. */
export function ExportsSection({ grant }: { grant: GrantDetail }) {
  const t = useTranslations("grants.exports");
  const columns = useColumns();
  // A dispute's grant and one of break-glass never have any.
  if (grant.max_exports === 0 && grant.exports.length === 0) return null;
  return (
    <Section title={t("title")} count={grant.exports.length}>
      {ENDED.includes(grant.state) ? (
        <p className="mt-2 max-w-[60ch] text-control text-ink-2">{t("over")}</p>
      ) : (
        <>
          <p className="mt-2 text-control">
            {t("left", { left: grant.exports_left, all: grant.max_exports })}
          </p>
          <p className="mt-1 max-w-[60ch] text-control text-ink-2">{t("text")}</p>
        </>
      )}
      {grant.acts.includes("export") ? <MakeExportButton grantId={grant.id} /> : null}
      {grant.exports.length === 0 ? (
        <p className="mt-2 text-control text-ink-2">{t("none")}</p>
      ) : (
        <Table<Item>
          caption={t("caption")}
          rows={grant.exports}
          rowKey={(item) => item.id}
          columns={columns}
        />
      )}
    </Section>
  );
}
