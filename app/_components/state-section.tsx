import { KeepCurrent } from "@/app/_components/keep-current";
import { LogFacts } from "@/app/_components/log-facts";
import { PartsTable } from "@/app/_components/parts-table";
import { Section } from "@/app/_components/section";
import { translations } from "@/components/messages/translate";
import { LocalTime } from "@/components/ui/local-time";
import type { Health } from "@/lib/http/health";

const t = translations("state");

function summaryOf(health: Health): string {
  if (!health.database) return t("databaseAway");
  if (!health.migrations) return t("migrationsMissing");
  const away = health.parts.filter((part) => part.state !== "up").length;
  return away === 0 ? t("allUp") : t("someAway", { away, total: health.parts.length });
}

/** What runs and what does not, as the instance itself sees it. */
export function StateSection({ health, readAt }: { health: Health; readAt: string }) {
  return (
    <Section
      id="state"
      title={t("title")}
      lead={
        <>
          <p role="status" className="inline">
            {summaryOf(health)}
          </p>{" "}
          <span className="text-ink-3">
            {t("readAt")} <LocalTime instant={readAt} />.
          </span>
          <KeepCurrent readAt={readAt} />
        </>
      }
    >
      <div className="grid grid-cols-1 gap-x-12 gap-y-8 facts:grid-cols-[minmax(0,1fr)_320px]">
        <PartsTable parts={health.parts} />
        <LogFacts health={health} />
      </div>
    </Section>
  );
}
