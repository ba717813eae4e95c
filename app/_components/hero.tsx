import { useTranslations } from "next-intl";
import { Specimen } from "@/app/_components/specimen";
import { ButtonLink } from "@/components/ui/button-link";

/** The top of the front page: what Sealport is for, the two first steps, and the specimen. */
export function Hero() {
  const t = useTranslations("hero");
  return (
    <section className="grid grid-cols-1 items-center gap-12 px-4 py-12 tablet:px-14 tablet:py-16 facts:grid-cols-[minmax(0,1fr)_minmax(0,560px)] facts:py-[104px]">
      <div>
        <h1 className="font-semibold text-landing-narrow tracking-[-0.035em] tablet:text-landing">
          <span className="block">{t("line1")}</span>
          <span className="block">{t("line2")}</span>
          <span className="block">{t("line3")}</span>
        </h1>
        <p className="mt-6 max-w-[600px] text-ink-2 text-lead tablet:text-landing-lead">{t("lead")}</p>
        <p className="mt-8 flex flex-wrap gap-2">
          <ButtonLink href="/sign-in" look="primary">
            {t("primary")}
          </ButtonLink>
          <ButtonLink href="/tour" look="secondary">
            {t("secondary")}
          </ButtonLink>
        </p>
      </div>
      <Specimen />
    </section>
  );
}
