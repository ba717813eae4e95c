import { useTranslations } from "next-intl";
import { MarkAll } from "./mark-all";

/** How many notifications are unread, and the button that marks them up to the newest that is shown. */
export function Unread({ count, newest }: { count: number; newest: string | undefined }) {
  const t = useTranslations("notify.notices");
  return (
    <div className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 border-ink border-b">
      <span role="status" className="text-control text-ink-2">
        {t("unreadCount", { count })}
      </span>
      {newest === undefined || count === 0 ? null : <MarkAll until={newest} />}
    </div>
  );
}
