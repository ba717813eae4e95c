"use client";

import { useTranslations } from "next-intl";
import { CallRefused } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { PasskeyFailed } from "@/components/client/passkey";
import { Notice } from "@/components/ui/states";

/** Why nobody is signed in: in words of this page where it knows better than the call's answer. */
export function SignInFailure({ error }: { error: unknown }) {
  const t = useTranslations("signin");
  if (error === undefined) return null;
  if (error instanceof PasskeyFailed)
    return (
      <Notice tone="amber" icon="warning" isLive title={t("failed.title")}>
        <p>{t(error.fault === "unsupported" ? "failed.noPasskeys" : "failed.noPasskey")}</p>
      </Notice>
    );
  if (error instanceof CallRefused && error.problem.code === "auth.sign-in")
    return (
      <Notice tone="oxblood" icon="stop" isLive title={t("failed.title")}>
        <p>{t("failed.refused")}</p>
      </Notice>
    );
  return <CallFailure error={error} title={t("failed.title")} />;
}
