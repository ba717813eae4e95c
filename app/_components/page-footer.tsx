import { useLocale, useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { formatCount } from "@/lib/format";
import type { Health } from "@/lib/http/health/read-health";

const WITNESS = { own: "witnessOwn", independent: "witnessIndependent", none: "witnessNone" } as const;

function LogLine({ health }: { health: Health }) {
  const t = useTranslations("footer");
  const locale = useLocale();
  if (!health.database) return <p>{t("logUnknown")}</p>;
  if (health.log.last_checkpoint_at === null) return <p>{t("logEmpty")}</p>;
  return (
    <p>
      {t("log", { entries: formatCount(health.log.size, locale) })}{" "}
      <LocalTime instant={health.log.last_checkpoint_at} />, {t(WITNESS[health.log.witness])}
    </p>
  );
}

export function PageFooter({ health }: { health: Health }) {
  const t = useTranslations("shell");
  return (
    <footer className="mt-16 flex flex-wrap items-center justify-between gap-x-8 border-line border-t px-4 py-2 text-ink-3 text-note tablet:px-14">
      <LogLine health={health} />
      <ul className="flex gap-6">
        <li>
          <a
            href="/openapi.json"
            className="inline-flex min-h-touch items-center underline tablet:min-h-[24px]"
          >
            {t("api")}
          </a>
        </li>
        <li>
          <a href="/readyz" className="inline-flex min-h-touch items-center underline tablet:min-h-[24px]">
            {t("readiness")}
          </a>
        </li>
      </ul>
    </footer>
  );
}
