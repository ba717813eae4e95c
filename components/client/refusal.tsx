"use client";

import { useTranslations } from "next-intl";
import type { Problem } from "@/components/client/api";
import { useFieldWords, useProblemWords } from "@/components/messages/problem-words";
import { Digest } from "@/components/ui/digest";
import { Notice } from "@/components/ui/states";

/** A call that the portal refused: what did not happen, why, what was wrong with each value, and the number to quote. */
export function Refusal({ problem, title }: { problem: Problem; title: string }) {
  const t = useTranslations("ui");
  const words = useProblemWords();
  const fields = useFieldWords();
  return (
    <Notice tone="oxblood" icon="stop" isLive title={title}>
      <p>{words(problem)}</p>
      {problem.errors.map((one) => (
        <p key={`${one.pointer}${one.detail}`}>{fields.line(one)}</p>
      ))}
      {problem.requestId === "" ? null : (
        <p className="mt-1 text-ink-2">
          {t("requestId")} <Digest value={problem.requestId} />
        </p>
      )}
    </Notice>
  );
}
