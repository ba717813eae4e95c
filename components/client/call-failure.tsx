"use client";

import { useTranslations } from "next-intl";
import { lazy, Suspense } from "react";
import { CallRefused, NetworkLost, NotSigned, type Problem } from "@/components/client/api";
import { Notice } from "@/components/ui/states";

// The words for all refusals are loaded with the first one. Only the notice with them is live, so that it is read out once.
const Refusal = lazy(async () => {
  try {
    return { default: (await import("@/components/client/refusal")).Refusal };
  } catch {
    return { default: Untold };
  }
});

/** A refusal whose words could not be loaded: the portal's own. */
function Untold({ problem, title }: { problem: Problem; title: string }) {
  return (
    <Notice tone="oxblood" icon="stop" isLive title={title}>
      <p lang="en">{problem.detail || problem.title}</p>
    </Notice>
  );
}

/** Until the words are loaded: what did not happen, and the code. */
function Coming({ problem, title }: { problem: Problem; title: string }) {
  return (
    <Notice tone="oxblood" icon="stop" title={title}>
      <p className="font-mono">{problem.code}</p>
    </Notice>
  );
}

/** Whether a part of the page could not be loaded: by its name in what the build makes. */
function isLoadFailure(error: unknown): boolean {
  return error instanceof Error && error.name === "ChunkLoadError";
}

/** Shows why a call failed, next to its control: what did not happen, why, and the number to quote. */
export function CallFailure({ error, title }: { error: unknown; title?: string }) {
  const t = useTranslations("ui");
  const heading = title ?? t("notDone");
  if (error === undefined || error === null) return null;
  if (error instanceof CallRefused)
    return (
      <Suspense fallback={<Coming problem={error.problem} title={heading} />}>
        <Refusal problem={error.problem} title={heading} />
      </Suspense>
    );
  const [tone, icon, text] =
    error instanceof NetworkLost
      ? (["amber", "warning", t("networkLost")] as const)
      : error instanceof NotSigned
        ? (["amber", "warning", t(`notSigned.${error.reason}`)] as const)
        : isLoadFailure(error)
          ? (["amber", "warning", t("notLoaded")] as const)
          : (["oxblood", "stop", ""] as const);
  return (
    <Notice tone={tone} icon={icon} isLive title={heading}>
      {text === "" ? null : <p>{text}</p>}
    </Notice>
  );
}
