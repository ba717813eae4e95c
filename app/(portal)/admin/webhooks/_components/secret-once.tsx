"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { CodeSample } from "@/components/ui/code-sample";
import { Notice } from "@/components/ui/states";

/** A new secret, until its person says that they have it. It is kept nowhere but in this page's memory. */
export function SecretOnce({ secret, onDone }: { secret: string; onDone: () => void }) {
  const t = useTranslations("notify.hooks.secret");
  return (
    <div className="max-w-[640px] pt-4">
      <Notice tone="accent" icon="key" title={t("title")} isLive>
        <p>{t("text")}</p>
      </Notice>
      <div className="my-4">
        <CodeSample label={t("label")} code={secret} />
      </div>
      <Button onClick={onDone}>{t("done")}</Button>
    </div>
  );
}
