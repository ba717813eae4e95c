"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { Section } from "@/components/ui/section";

/** Where a party states its figures, once for each field. */
export function FigureSection({ disputeId }: { disputeId: string }) {
  const t = useTranslations("disputes.figures.form");
  return (
    <Section title={t("title")} className="print:hidden">
      <p className="mt-2 mb-3 max-w-[640px] text-control text-ink-2">{t("lead")}</p>
      <DialogButton
        label={t("open")}
        title={t("title")}
        load={async () => {
          const { FigureForm } = await import("./figure-form");
          return (close) => <FigureForm disputeId={disputeId} onDone={close} />;
        }}
      />
    </Section>
  );
}
