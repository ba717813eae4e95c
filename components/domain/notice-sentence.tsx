import { useTranslations } from "next-intl";
import { EndTime } from "@/components/ui/begin-and-end";
import { LocalTime } from "@/components/ui/local-time";
import type { ExpectedNotice } from "@/lib/access/notices/schema";
import type { Purpose } from "@/lib/vocabulary";

/** Whether the parties get notice: the same sentence in the form, the review, the opening and on the grant. */
export function NoticeSentence({ notice, purpose }: { notice: ExpectedNotice; purpose: Purpose }) {
  const t = useTranslations("domain.notice");
  const purposes = useTranslations("domain.purposesInText");
  const { mode, rule_of: rule, not_before: seal } = notice;
  const day = () => (rule === undefined ? null : <LocalTime instant={rule} form="day" />);
  if (mode === "none")
    return (
      <>
        {rule === undefined
          ? t("none", { purpose: purposes(purpose) })
          : t.rich("noneByRule", { purpose: purposes(purpose), day })}
      </>
    );
  if (seal === undefined) return <>{t("queued")}</>;
  return <>{t.rich("queuedAfter", { day: () => <EndTime instant={seal} look="bare" /> })}</>;
}
