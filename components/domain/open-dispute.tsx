"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import type { Disputed } from "@/components/domain/dispute-form";

/** Opens a dispute from a party's transaction: a button and its dialog. */
export function OpenDispute(props: Disputed) {
  const t = useTranslations("domain.openDispute");
  return (
    <DialogButton
      label={t("open")}
      title={t("title")}
      look="centre"
      button={{ icon: "comment", size: "large" }}
      load={async () => {
        const { DisputeForm } = await import("@/components/domain/dispute-form");
        return () => <DisputeForm {...props} />;
      }}
    />
  );
}
