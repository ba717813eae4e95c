import { useTranslations } from "next-intl";
import { KeepCurrent } from "@/app/status/_components/keep-current";
import { LocalTime } from "@/components/ui/local-time";
import type { Health } from "@/lib/http/health/read-health";

function useSummary(health: Health): string {
  const t = useTranslations("state");
  if (!health.database) return t("databaseAway");
  if (!health.migrations) return t("migrationsMissing");
  const away = health.parts.filter((part) => part.state !== "up").length;
  return away === 0
    ? t("allUp", { total: health.parts.length })
    : t("someAway", { away, total: health.parts.length });
}

/** Shows in one sentence whether all parts are up, when that was read, and whether the portal still answers. */
export function StateLine({ health, readAt }: { health: Health; readAt: string }) {
  const t = useTranslations("state");
  return (
    <>
      <p role="status" className="inline">
        {useSummary(health)}
      </p>{" "}
      <span className="text-ink-3">
        {t("readAt")} <LocalTime instant={readAt} />.
      </span>
      <KeepCurrent readAt={readAt} />
    </>
  );
}
