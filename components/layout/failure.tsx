"use client";

import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import { type StateFact, StatePage } from "@/components/layout/state-page";
import { Button } from "@/components/ui/button";
import { LocalTime } from "@/components/ui/local-time";

const never = () => () => undefined;
const shownAt = new Date().toISOString();

function digestOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("digest" in error)) return undefined;
  return typeof error.digest === "string" ? error.digest : undefined;
}

/** What a reader sees when a page failed. The error's own text stays on the server. */
export function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations("error");
  const requestId = useSyncExternalStore(
    never,
    () => document.body.dataset.requestId,
    () => undefined,
  );
  const digest = digestOf(error);
  const facts: StateFact[] = [
    ...(requestId === undefined ? [] : [{ name: t("requestId"), value: requestId, isCode: true }]),
    ...(digest === undefined ? [] : [{ name: t("digest"), value: digest, isCode: true }]),
    { name: t("time"), value: <LocalTime instant={shownAt} /> },
  ];
  return (
    <StatePage icon="stop" title={t("title")} text={t("text")} facts={facts}>
      <Button onClick={retry}>{t("retry")}</Button>
    </StatePage>
  );
}
