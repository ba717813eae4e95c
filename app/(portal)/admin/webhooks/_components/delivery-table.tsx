import { useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import type { Attempt, Delivery } from "@/lib/notify/schema";
import { Replay } from "./replay";

const TONES = {
  waiting: "text-ink-2",
  delivered: "text-accent",
  failed: "text-oxblood",
  withheld: "text-ink-2",
} as const;

/** Columns of the messages to one webhook, with the outcome of each attempt. */
export function useDeliveryColumns({ id: webhookId }: { readonly id: string }): Column<Delivery>[] {
  const t = useTranslations("notify.log");
  const tried = ({ number, outcome, http_status: status }: Attempt) =>
    status === null
      ? t("attempt", { number, outcome: t(`outcomes.${outcome}`) })
      : t("attemptStatus", { number, outcome: t(`outcomes.${outcome}`), status: String(status) });
  return [
    {
      key: "message",
      head: t("columns.message"),
      isTitle: true,
      cell: ({ webhook_id: id }) => <Digest value={id} label={t("columns.message")} />,
    },
    { key: "type", head: t("columns.type"), cell: ({ type }) => <span className="font-mono">{type}</span> },
    { key: "at", head: t("columns.at"), cell: ({ at }) => <LocalTime instant={at} form="minute" /> },
    {
      key: "status",
      head: t("columns.status"),
      cell: ({ status, next_at: next }) => (
        <span className={TONES[status]}>
          {t(`status.${status}`)}
          {next === null ? null : (
            <span className="block text-note">
              {t.rich("next", { at: () => <LocalTime instant={next} form="minute" /> })}
            </span>
          )}
        </span>
      ),
    },
    {
      key: "attempts",
      head: t("columns.attempts"),
      cell: ({ attempts }) => (
        <ol>
          {attempts.map((one) => (
            <li key={one.number}>{tried(one)}</li>
          ))}
        </ol>
      ),
    },
    {
      key: "acts",
      head: t("columns.acts"),
      cell: ({ id, status, webhook_id: message }) =>
        status === "waiting" ? null : <Replay id={webhookId} delivery={id} message={message} />,
    },
  ];
}
