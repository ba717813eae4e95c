"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { CodeSample } from "@/components/ui/code-sample";
import { LocalTime } from "@/components/ui/local-time";
import { Notice } from "@/components/ui/states";
import type { LinkAnswer } from "@/lib/administration/agreements/schema";

/** What became of a link for a first sign-in: shown once where this instance sends no mail, else where it went. */
export function SignInLink({
  invitation,
  name,
  onDone,
}: {
  invitation: LinkAnswer;
  /** The person whom the link is for. */
  name: string;
  onDone: () => void;
}) {
  const t = useTranslations("administration.link");
  const { link, sent_to: email, expires_at: end } = invitation;
  if (link === null)
    return (
      <>
        <Notice
          tone={email === null ? "oxblood" : "accent"}
          icon={email === null ? "stop" : "check"}
          isLive
          title={email === null ? t("notSent") : t("sent", { email })}
        />
        <div className="mt-4">
          <Button onClick={onDone}>{t("closeSent")}</Button>
        </div>
      </>
    );
  return (
    <>
      <Notice tone="amber" icon="key" isLive title={t("title", { name })}>
        <p>{t("text")}</p>
      </Notice>
      <div data-secret className="my-4">
        <CodeSample label={t("label", { name })} code={link} />
      </div>
      <p className="mb-4 text-control text-ink-2">
        {t("until")} <LocalTime instant={end} form="minute" />
      </p>
      <Button onClick={onDone}>{t("close")}</Button>
    </>
  );
}
