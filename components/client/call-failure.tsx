"use client";

import { useTranslations } from "next-intl";
import { CallRefused, NetworkLost } from "@/components/client/api";
import { NotSigned } from "@/components/client/sign-statement";
import { useFieldWords, useProblemWords } from "@/components/messages/problem-words";
import { Digest } from "@/components/ui/digest";
import { Notice } from "@/components/ui/states";

/** Shows why a call failed, next to its control: what did not happen, why, and the number to quote. */
export function CallFailure({ error, title }: { error: unknown; title?: string }) {
  const t = useTranslations("ui");
  const words = useProblemWords();
  const fields = useFieldWords();
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
      )}
    </Notice>
  );
}
