import { useTranslations } from "next-intl";
import { EndTime } from "@/components/ui/begin-and-end";
import { LocalTime } from "@/components/ui/local-time";
import { Tag } from "@/components/ui/tag";
import { shownDue } from "@/lib/access/deadlines/shown-due";
import type { RequestSummary } from "@/lib/access/requests/answer-schema";
import type { RequestState } from "@/lib/access/requests/schema";

const IN_REVIEW: readonly RequestState[] = [
  "submitted",
  "document_check",
  "stage_1",
  "stage_2",
  "extended",
  "objected",
];
const ENDED: readonly RequestState[] = ["withdrawn", "expired_unreviewed", "closed"];

/** When the answer is due, as icon and words; what needs none any more stays quiet. */
export function DueCell({ request, nowMs }: { request: RequestSummary; nowMs: number }) {
  const t = useTranslations("requests.list.due");
  const { state } = request;
  const { answer: due } = shownDue(request);
  if (state === "draft")
    return (
      <Tag tone="plain" icon="pencil">
        {t("draft")} <LocalTime instant={request.updated_at} form="minute" />
      </Tag>
    );
  if (state === "needs_information")
    return (
      <Tag tone="amber" icon="pause">
        {t("paused")}
      </Tag>
    );
  const isLate = state === "overdue" || (due !== undefined && Date.parse(due) <= nowMs);
  if (due !== undefined && (state === "overdue" || IN_REVIEW.includes(state)))
    return isLate ? (
      <Tag tone="oxblood" icon="stop">
        {t("overdue")} <LocalTime instant={due} form="minute" />
      </Tag>
    ) : (
      <Tag tone="plain" icon="clock">
        <EndTime instant={due} look="bare" />
      </Tag>
    );
  if (state === "denied") return <Tag tone="plain">{t("answered")}</Tag>;
  if (ENDED.includes(state)) return <Tag tone="plain">{t("ended")}</Tag>;
  return IN_REVIEW.includes(state) ? (
    <Tag tone="plain">{t("none")}</Tag>
  ) : (
    <Tag tone="accent" icon="check">
      {t("answered")}
    </Tag>
  );
}
