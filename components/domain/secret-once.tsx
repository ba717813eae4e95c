"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { CodeSample } from "@/components/ui/code-sample";
import { Notice } from "@/components/ui/states";

/** Where the words of a new secret stand: `title`, `text`, `label`, `done`. */
type SecretWords = "notify.hooks.secret" | "programs.secret" | "provisioning.secret";

/** A new secret, until its person says that they have it. It is kept nowhere but in this page's memory. */
export function SecretOnce({
  words,
  secret,
  onDone,
}: {
  words: SecretWords;
  secret: string;
  onDone: () => void;
}) {
  const t = useTranslations(words);
  const whole = useRef<HTMLElement>(null);
  // The button that made it is gone: without this the focus is nowhere.
  useEffect(() => whole.current?.focus(), []);
  return (
    <section ref={whole} data-secret tabIndex={-1} aria-label={t("title")} className="max-w-[640px]">
      <Notice tone="accent" icon="key" title={t("title")} isLive>
        <p>{t("text")}</p>
      </Notice>
      <div className="my-4">
        <CodeSample label={t("label")} code={secret} />
      </div>
      <Button onClick={onDone}>{t("done")}</Button>
    </section>
  );
}
