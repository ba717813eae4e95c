import { useTranslations } from "next-intl";
import { SealGlyph } from "@/components/domain/seal-glyph";
import { StatusTag } from "@/components/domain/status-tag";
import { EndTime } from "@/components/ui/begin-and-end";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { GrantView } from "@/lib/access/grants/schema";
import type { TransactionView } from "@/lib/transactions/schema";

export interface Row {
  readonly view: TransactionView;
  /** The reader is a party of it. */
  readonly isOwn: boolean;
  /** The reader's grant in force that ends last. */
  readonly grant: GrantView | undefined;
  /** The reader's own program holds the key. */
  readonly isHeld: boolean;
}

function Access({ row }: { row: Row }) {
  const t = useTranslations("transactions.access");
  if (!row.view.has_encrypted_data) return <span className="text-ink-2">{t("plain")}</span>;
  if (row.isHeld)
    return (
      <Tag tone="plain" icon="key">
        {t("held")}
      </Tag>
    );
  if (row.isOwn)
    return (
      <Tag tone="accent" glyph={<SealGlyph state="opened" size={14} />}>
        {t("own")}
      </Tag>
    );
  if (row.grant === undefined)
    return (
      <Tag tone="plain" glyph={<SealGlyph state="sealed" size={14} />}>
        {t("none")}
      </Tag>
    );
  const isMasked = row.grant.level === "masked";
  return (
    <Tag
      tone={isMasked ? "plain" : "accent"}
      glyph={<SealGlyph state={isMasked ? "masked" : "opened"} size={14} />}
    >
      {t.rich("until", {
        end: () => <EndTime instant={row.grant?.not_after ?? ""} look="bare" form="day" />,
      })}
    </Tag>
  );
}

/** Columns of a list of transactions. The job leads to the transaction. */
export function useTransactionColumns(): Column<Row>[] {
  const t = useTranslations("transactions.table");
  return [
    { key: "job", head: t("job"), cell: ({ view }) => view.job_id, isTitle: true },
    {
      key: "id",
      head: t("id"),
      cell: ({ view }) => <Digest value={view.transaction_id} label={`${t("id")}, ${view.job_id}`} />,
    },
    {
      key: "parties",
      head: t("parties"),
      cell: ({ view }) => (
        <span className="break-words">
          {view.participants.length > 3
            ? t("more", {
                first: view.participants.slice(0, 2).join(", "),
                count: view.participants.length - 2,
              })
            : view.participants.join(", ")}
        </span>
      ),
    },
    {
      key: "occurred",
      head: t("occurred"),
      cell: ({ view }) => <LocalTime instant={view.occurred_at ?? view.timestamp} form="day" />,
    },
    { key: "access", head: t("access"), cell: (row) => <Access row={row} /> },
    { key: "state", head: t("state"), cell: ({ view }) => <StatusTag status={view.status} /> },
  ];
}
