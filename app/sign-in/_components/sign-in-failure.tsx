"use client";

import { useTranslations } from "next-intl";
import { CallRefused } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { PasskeyFailed } from "@/components/client/passkey";
import { Notice } from "@/components/ui/states";

/** How the person tried to sign in. */
export type SignInWay = "passkey" | "password";

/** Returns the key of `signin.failed` where this page's words are clearer than the call's answer; otherwise undefined. */
export function failureKey(
  error: unknown,
  way: SignInWay,
): "noPasskey" | "noPasskeys" | "refused" | "refusedPasskey" | "slowed" | undefined {
  if (error instanceof PasskeyFailed) return error.fault === "unsupported" ? "noPasskeys" : "noPasskey";
  if (!(error instanceof CallRefused)) return undefined;
  if (error.problem.code === "rate.exceeded" && way === "password") return "slowed";
  if (error.problem.code !== "auth.sign-in") return undefined;
  // The answer does not reveal whether the passkey is unknown, removed, or of a person who may not sign in.
  return way === "passkey" ? "refusedPasskey" : "refused";
}

/** Shows why the sign-in failed, in this page's words where they are clearer than the call's answer. */
export function SignInFailure({ error, way }: { error: unknown; way: SignInWay }) {
  const t = useTranslations("signin");
  if (error === undefined) return null;
  const key = failureKey(error, way);
  if (key === undefined) return <CallFailure error={error} title={t("failed.title")} />;
  const isRefused = key === "refused" || key === "refusedPasskey";
  const isByCode = key === "refused" || key === "slowed";
  return (
    <Notice
      tone={isRefused ? "oxblood" : "amber"}
      icon={isRefused ? "stop" : "warning"}
      isLive
      title={t("failed.title")}
    >
      <p>{t(`failed.${key}`)}</p>
      {isByCode ? <p className="mt-2">{t("failed.twoCodes")}</p> : null}
    </Notice>
  );
}
