"use client";

import { useTranslations } from "next-intl";
import { failureKey, type SignInWay } from "@/app/sign-in/_components/failure-words";
import { CallFailure } from "@/components/client/call-failure";
import { Notice } from "@/components/ui/states";

/** Why nobody is signed in: in words of this page where it knows better than the call's answer. */
export function SignInFailure({ error, way }: { error: unknown; way: SignInWay }) {
  const t = useTranslations("signin");
  if (error === undefined) return null;
  const key = failureKey(error, way);
  if (key === undefined) return <CallFailure error={error} title={t("failed.title")} />;
  const isRefused = key === "refused" || key === "refusedPasskey";
  return (
    <Notice
      tone={isRefused ? "oxblood" : "amber"}
      icon={isRefused ? "stop" : "warning"}
      isLive
      title={t("failed.title")}
    >
      <p>{t(`failed.${key}`)}</p>
    </Notice>
  );
}
