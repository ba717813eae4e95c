"use client";

import { useTranslations } from "next-intl";
import { CallRefused } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { PasskeyFailed } from "@/components/client/passkey";
import { Notice } from "@/components/ui/states";

/** How the person tried to sign in. */
export type SignInWay = "passkey" | "password";

/** Keys of `signin.failed` for what this page says better than the call's answer; undefined for all else. */
export function failureKey(
  error: unknown,
  way: SignInWay,
): "noPasskey" | "noPasskeys" | "refused" | "refusedPasskey" | undefined {
  if (error instanceof PasskeyFailed) return error.fault === "unsupported" ? "noPasskeys" : "noPasskey";
  if (!(error instanceof CallRefused) || error.problem.code !== "auth.sign-in") return undefined;
  // Whether the passkey is unknown, removed or somebody's who may not sign in is told to nobody.
  return way === "passkey" ? "refusedPasskey" : "refused";
}

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
