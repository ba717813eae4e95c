"use client";

import { useTranslations } from "next-intl";
import { lazy, Suspense } from "react";
import { CallRefused, NetworkLost, type Problem } from "@/components/client/api";
import { NotSigned } from "@/components/client/sign-statement";
import { Notice } from "@/components/ui/states";

// The words for all refusals are loaded with the first one: the portal has just answered. Without them its own title says what it was.
const RefusalWords = lazy(async () => {
  try {
    return { default: (await import("@/components/client/refusal-words")).RefusalWords };
  } catch {
    return { default: ({ problem }: { problem: Problem }) => <p>{problem.title}</p> };
  }
});

/** Shows why a call failed, next to its control: what did not happen, why, and the number to quote. */
export function CallFailure({ error, title }: { error: unknown; title?: string }) {
  const t = useTranslations("ui");
  if (error === undefined || error === null) return null;
  if (error instanceof NetworkLost)
    return (
      <Notice tone="amber" icon="warning" isLive title={title ?? t("notDone")}>
        <p>{t("networkLost")}</p>
      </Notice>
    );
  if (error instanceof NotSigned)
    return (
      <Notice tone="amber" icon="warning" isLive title={title ?? t("notDone")}>
        <p>{t(`notSigned.${error.reason}`)}</p>
      </Notice>
    );
  const problem = error instanceof CallRefused ? error.problem : undefined;
  return (
    <Notice tone="oxblood" icon="stop" isLive title={title ?? t("notDone")}>
      {problem === undefined ? null : (
        <Suspense>
          <RefusalWords problem={problem} />
        </Suspense>
      )}
    </Notice>
  );
}
