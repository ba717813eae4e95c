"use client";

import { useTranslations } from "next-intl";
import { CallFailure } from "@/components/client/call-failure";
import { PasskeyFailed } from "@/components/client/passkey";
import { Notice } from "@/components/ui/states";

/** Why nothing was set up; the link is as good as before, unless that is what it says. */
export function SetUpFailure({ error }: { error: unknown }) {
  const t = useTranslations("invitation.failed");
  if (error === undefined) return null;
  if (!(error instanceof PasskeyFailed)) return <CallFailure error={error} title={t("title")} />;
  return (
    <Notice tone="amber" icon="warning" isLive title={t("title")}>
      <p>{t(error.fault)}</p>
    </Notice>
  );
}
