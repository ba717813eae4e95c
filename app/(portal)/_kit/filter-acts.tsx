import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";

/**
 * The end of a list's filter: "Filter", and the way back to the whole list where something is asked for. Both move to the
 * next line together. `hasButton` is false for a form that is sent by another one.
 */
export function FilterActs({ whole, hasButton = true }: { whole: string | undefined; hasButton?: boolean }) {
  const t = useTranslations("ui.filter");
  return (
    <div className="flex flex-wrap items-center gap-2 empty:hidden">
      {hasButton ? (
        <Button type="submit" size="bar" icon="filter">
          {t("apply")}
        </Button>
      ) : null}
      {whole === undefined ? null : (
        <ButtonLink href={whole} look="quiet" size="bar">
          {t("clear")}
        </ButtonLink>
      )}
    </div>
  );
}
