"use client";

import { useTranslations } from "next-intl";
import type { Problem } from "@/components/client/api";
import { useFieldWords, useProblemWords } from "@/components/messages/problem-words";
import { Digest } from "@/components/ui/digest";

/** Why the portal refused a call, what was wrong with each value, and the number to quote. */
export function RefusalWords({ problem }: { problem: Problem }) {
  const t = useTranslations("ui");
  const words = useProblemWords();
  const fields = useFieldWords();
  return (
    <>
      <p>{words(problem)}</p>
      {problem.errors.map((one) => (
        <p key={`${one.pointer}${one.detail}`}>{fields.line(one)}</p>
      ))}
      {problem.requestId === "" ? null : (
        <p className="mt-1 text-ink-2">
          {t("requestId")} <Digest value={problem.requestId} />
        </p>
      )}
    </>
  );
}
