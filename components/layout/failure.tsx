"use client";

import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import { type DetailFact, FailureDetails } from "@/components/layout/failure-details";
import { StatePage } from "@/components/layout/state-page";
import { Button, buttonClass } from "@/components/ui/button";

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
  const facts: DetailFact[] = [
    ...(requestId === undefined ? [] : [factOf(t("requestId"), requestId)]),
    ...(digest === undefined ? [] : [factOf(t("digest"), digest)]),
    factOf(t("time"), shownAt),
  ];
  return (
    <StatePage icon="stop" title={t("title")} text={t("text")} facts={[]}>
      <div className="flex flex-wrap gap-2">
        <Button onClick={retry}>{t("retry")}</Button>
        {/* Not Next's link: the whole document is loaded again, and every page needs less script. */}
        <a href="/" className={buttonClass("secondary")}>
          {t("home")}
        </a>
      </div>
      <FailureDetails facts={facts} />
    </StatePage>
  );
}

function factOf(name: string, text: string): DetailFact {
  return { name, value: <span className="font-mono">{text}</span>, text };
}
