"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import type { ReviewView } from "@/lib/access/review/schema";

/** Opens the dialog in which a check of the requester's identity is recorded. */
export function IdentityButton(props: {
  requestId: string;
  officer: string;
  check: ReviewView["identity_check"];
}) {
  const t = useTranslations("review.identity");
  return (
    <DialogButton
      label={t("record")}
      title={t("title")}
      load={async () => {
        const { IdentityForm } = await import("./identity-form");
        return (close) => <IdentityForm {...props} onDone={close} />;
      }}
    />
  );
}
