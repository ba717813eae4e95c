import { useTranslations } from "next-intl";
import { Icon } from "@/components/ui/icon";

/** Stands over every page of an instance whose parts are not separate, and only there. */
export function EvaluationStrip() {
  const t = useTranslations("evaluation");
  return (
    <aside
      aria-label={t("label")}
      className="flex min-h-strip items-center gap-x-2 border-amber-line border-b bg-amber-wash px-4 py-1 text-amber text-note"
    >
      <Icon name="warning" className="self-start tablet:self-auto" />
      <p>
        <strong className="font-semibold">{t("title")}</strong> {t("text")}
      </p>
      <p className="ml-auto hidden tablet:block">{t("assurance")}</p>
    </aside>
  );
}
